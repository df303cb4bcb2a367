package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.bigquery.storage.v1.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableLayoutTest {
  @Test
  void changeFieldsComeFirstAndOnlyWithAKey() {
    assertThat(message(Rows.keyed("t")).getFieldList())
        .extracting(FieldDescriptorProto::getName, FieldDescriptorProto::getNumber)
        .startsWith(
            org.assertj.core.groups.Tuple.tuple("_CHANGE_TYPE", 1),
            org.assertj.core.groups.Tuple.tuple("_CHANGE_SEQUENCE_NUMBER", 2));
    assertThat(message(Rows.plain("t")).getFieldList())
        .extracting(FieldDescriptorProto::getName)
        .containsExactly("id", "name");
  }

  @Test
  void everyTypeMakesAValidDescriptor() throws Exception {
    List<DestinationColumn> columns = new ArrayList<>();
    int field = 3;
    for (DestinationType type : DestinationType.values()) {
      List<DestinationColumn> members =
          type == DestinationType.STRUCT
              ? List.of(new DestinationColumn("m", DestinationType.INT64, 1, false, "", List.of()))
              : List.of();
      columns.add(new DestinationColumn("c_" + type, type, field++, false, "", members));
      columns.add(new DestinationColumn("a_" + type, type, field++, false, true, "", members));
    }
    DescriptorProto message =
        message(new DestinationTable("t", columns, List.of(), List.of(), "", ""));

    FileDescriptorProto file =
        FileDescriptorProto.newBuilder().setName("x").addMessageType(message).build();
    assertThat(
            FileDescriptor.buildFrom(file, new FileDescriptor[0])
                .getMessageTypes()
                .get(0)
                .getFields())
        .hasSize(2 * DestinationType.values().length)
        .allSatisfy(
            each -> assertThat(each.isRepeated()).isEqualTo(each.getName().startsWith("a_")));
  }

  @Test
  void aNameThatProtobufDoesNotTakeIsAnnotated() {
    DescriptorProto message = message(Rows.keyed("t", "größe in m"));

    FieldDescriptorProto field = message.getField(4);
    assertThat(field.getName()).isEqualTo("column_5");
    assertThat(field.getOptions().getExtension(AnnotationsProto.columnName))
        .isEqualTo("größe in m");
  }

  private static DescriptorProto message(DestinationTable table) {
    return new TableLayout(table, table, "s").writerSchema().getProtoDescriptor();
  }
}
