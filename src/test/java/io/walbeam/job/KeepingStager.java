package io.walbeam.job;

import com.google.api.services.dataflow.model.DataflowPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.options.PipelineOptions;

/** Uploads nothing; keeps what was to be staged, by the name of the job. */
public final class KeepingStager implements Stager {
  private static final Map<String, byte[]> STAGED = new ConcurrentHashMap<>();

  private final String job;

  private KeepingStager(String job) {
    this.job = job;
  }

  /** Called by the runner, which knows the class by its name. */
  public static KeepingStager fromOptions(PipelineOptions options) {
    return new KeepingStager(options.getJobName());
  }

  /** What was staged for the job under the name. */
  static byte[] staged(String job, String name) {
    byte[] bytes = STAGED.get(job + " " + name);
    if (bytes == null) {
      throw new IllegalStateException("staged are " + STAGED.keySet());
    }
    return bytes;
  }

  @Override
  public List<DataflowPackage> stageFiles(List<StagedFile> files) {
    List<DataflowPackage> packages = new ArrayList<>();
    files.forEach(file -> packages.add(named(file.getDestination())));
    return packages;
  }

  @Override
  public DataflowPackage stageToFile(byte[] bytes, String name) {
    STAGED.put(job + " " + name, bytes.clone());
    return named(name);
  }

  private static DataflowPackage named(String name) {
    return new DataflowPackage().setName(name).setLocation("storage.googleapis.com/none/" + name);
  }
}
