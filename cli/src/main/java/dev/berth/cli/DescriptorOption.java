package dev.berth.cli;

import dev.berth.cli.output.Printable;
import dev.berth.control.FileToGive;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.Resources;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code --fd}: files that the command line names and {@code vmctl} opens, with the rights of who
 * runs it.
 */
final class DescriptorOption {
  private static final String NAME = "--fd";
  private static final String FORM = "NAME=PATH[:MODE]";

  private final Parameter<List<String>> words;

  /**
   * The option.
   *
   * @param given as what the file is given
   */
  DescriptorOption(Parameters parameters, String given) {
    words =
        parameters.repeated(
            NAME,
            FORM,
            "Open that file and give it as "
                + given
                + ". MODE is ro (for reading), wo (for writing) or rw (for both); without it, for both"
                + " as far as that is allowed. May be given several times.");
  }

  /**
   * Opens what was given; closing it closes the files.
   *
   * @param secrets what is given besides
   * @throws InvalidRequestException when something cannot be opened; nothing stays open
   */
  Resources open(Environment environment, Map<String, byte[]> secrets) throws IOException {
    Map<String, FileDescriptor> descriptors = new LinkedHashMap<>();
    List<Closeable> open = new ArrayList<>();
    boolean complete = false;
    try {
      for (NamedValue given : NamedValue.of(words, NAME, FORM)) {
        FileToGive file = open(environment, given.value());
        open.add(file);
        descriptors.put(given.name(), file.descriptor());
      }
      Resources resources =
          Resources.of(descriptors, secrets).closing(open.toArray(Closeable[]::new));
      complete = true;
      return resources;
    } finally {
      if (!complete) {
        for (Closeable file : open) {
          file.close();
        }
      }
    }
  }

  /** The last of several endings counts: the way to a file whose name has one. */
  private static FileToGive open(Environment environment, String value) {
    int split = value.lastIndexOf(':');
    FileToGive.Mode mode =
        switch (value.substring(split + 1)) {
          case "ro" -> FileToGive.Mode.READ_ONLY;
          case "wo" -> FileToGive.Mode.WRITE_ONLY;
          case "rw" -> FileToGive.Mode.READ_WRITE;
          default -> FileToGive.Mode.AS_ALLOWED;
        };
    boolean isPlain = split < 1 || mode == FileToGive.Mode.AS_ALLOWED;
    Path path = environment.workingDirectory().resolve(isPlain ? value : value.substring(0, split));
    try {
      return FileToGive.open(path, isPlain ? FileToGive.Mode.AS_ALLOWED : mode);
    } catch (IOException refused) {
      throw new InvalidRequestException(
          "Cannot open "
              + Printable.line(path.toString())
              + ": "
              + Printable.line(String.valueOf(refused.getMessage()))
              + ".",
          refused);
    }
  }
}
