package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.secret.SecretReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PostgresUrlTest {
  private final List<String> problems = new ArrayList<>();

  private Optional<PostgresSettings> parse(String url) {
    return PostgresUrl.parse(url, Optional.empty(), Optional.empty(), problems);
  }

  @Test
  void bothFormsSayTheSame() {
    PostgresSettings jdbc =
        parse("jdbc:postgresql://db.example:6000/shop?user=me&password=pw&sslmode=require")
            .orElseThrow();
    PostgresSettings plain =
        parse("postgresql://me:pw@db.example:6000/shop?sslmode=require").orElseThrow();
    for (PostgresSettings settings : List.of(jdbc, plain)) {
      assertThat(settings.describe()).isEqualTo("db.example:6000/shop");
      assertThat(settings.user()).isEqualTo("me");
      assertThat(settings.password().text()).isEqualTo("pw");
      assertThat(settings.properties()).isEqualTo(Map.of("sslmode", "require"));
    }
  }

  @Test
  void optionsWinOverTheUrlAndTheDefaultPortIsFilledIn() {
    PostgresSettings settings =
        PostgresUrl.parse(
                "postgresql://me:pw@[::1]/a%20b",
                Optional.of("you"), Optional.of(new SecretReference("env:PW")), problems)
            .orElseThrow();
    assertThat(settings.host()).isEqualTo("::1");
    assertThat(settings.port()).isEqualTo(5432);
    assertThat(settings.database()).isEqualTo("a b");
    assertThat(settings.user()).isEqualTo("you");
    assertThat(settings.password().text()).isEqualTo("env:PW");
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(parse("postgresql://:99999/?socketFactory=x&broken")).isEmpty();
    assertThat(problems)
        .hasSize(6)
        .anyMatch(problem -> problem.contains("host"))
        .anyMatch(problem -> problem.contains("port"))
        .anyMatch(problem -> problem.contains("database"))
        .anyMatch(problem -> problem.contains("user"))
        .anyMatch(problem -> problem.contains("socketFactory"))
        .anyMatch(problem -> problem.contains("name=value"));
  }

  @Test
  void noProblemRepeatsThePassword() {
    for (String url : List.of("mysql://me:hunter2@h/d", "postgresql://me:hunter2@a,b/d?x%zz=1")) {
      assertThat(parse(url)).isEmpty();
    }
    assertThat(problems).isNotEmpty().noneMatch(problem -> problem.contains("hunter2"));
  }

  @Test
  void severalHostsAreRefused() {
    assertThat(parse("postgresql://me@a:1,b:2/d")).isEmpty();
    assertThat(problems).singleElement().asString().contains("several hosts");
  }

  @Test
  void patternsCoverWhatTheySay() {
    assertThat(TablePattern.parse("public.*").matches(new TableId("public", "a.b"))).isTrue();
    assertThat(TablePattern.parse("orders").matches(new TableId("public", "orders"))).isTrue();
    assertThat(TablePattern.parse("*.orders_*").matches(new TableId("x", "orders_1"))).isTrue();
    assertThat(TablePattern.parse("a+.b").matches(new TableId("aa", "b"))).isFalse();
    assertThat(TablePattern.parse("sales.x").matches(new TableId("sales", "xy"))).isFalse();
  }
}
