package dev.berth.engine.image;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageTask;
import dev.berth.job.JobKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a job about an image is to do, decided before it begins.
 *
 * @param kind of the job
 * @param image what is made, changed or looked at
 * @param file where that is, or will be
 * @param format how it is, or will be, written
 * @param sources the images that are read, and must stay as they are meanwhile
 * @param bytes what its progress is counted in
 * @param wish what the same call says again
 * @param read tells the file that is imported from another that comes in its place; empty for what
 *     reads none
 * @param task what is done, given the file that a new image grows in; empty for what is done
 *     without a program
 */
public record ImagePlan(
    JobKind kind,
    ImageName image,
    Path file,
    Optional<ImageFormat> format,
    List<ImageName> sources,
    long bytes,
    String wish,
    String read,
    Optional<Function<Path, ImageTask>> task) {

  /** Facts of a job, with which it is found again. */
  public static final String FILE = "file";

  public static final String FORMAT = "format";
  public static final String SOURCES = "sources";
  public static final String WISH = "wish";
  public static final String BYTES = "bytes";
  static final String READ = "read";

  public ImagePlan {
    sources = List.copyOf(sources);
  }

  /** A plan that imports no file. */
  public ImagePlan(
      JobKind kind,
      ImageName image,
      Path file,
      Optional<ImageFormat> format,
      List<ImageName> sources,
      long bytes,
      String wish,
      Optional<Function<Path, ImageTask>> task) {
    this(kind, image, file, format, sources, bytes, wish, "", task);
  }

  /** Whether a job of that kind makes a file that was not there. */
  public static boolean makes(JobKind kind) {
    return kind == JobKind.CREATE_IMAGE
        || kind == JobKind.IMPORT_IMAGE
        || kind == JobKind.CLONE_IMAGE;
  }

  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(FILE, file.toString());
    format.ifPresent(it -> facts.put(FORMAT, it.text()));
    facts.put(SOURCES, String.join(" ", sources.stream().map(ImageName::text).toList()));
    facts.put(BYTES, Long.toString(bytes));
    facts.put(WISH, wish);
    facts.put(READ, read);
    return facts;
  }
}
