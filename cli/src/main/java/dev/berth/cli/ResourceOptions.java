package dev.berth.cli;

import dev.berth.cli.output.Printable;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.Resources;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a definition names and the command line gives: {@code --fd} and {@code --secret}. A secret
 * itself is no word of a command line, which anybody can see.
 */
final class ResourceOptions {
  private static final String FD = "--fd";
  private static final String SECRET = "--secret";
  private static final String FILE = "file:";
  private static final String ENVIRONMENT = "env:";

  private final Parameter<List<String>> descriptors;
  private final Parameter<List<String>> secrets;

  ResourceOptions(Parameters parameters) {
    descriptors =
        parameters.repeated(
            FD,
            "NAME=PATH",
            "Open that file and give it as the descriptor that the definition names: for reading and"
                + " writing, or for reading where no more is allowed. May be given several times.");
    secrets =
        parameters.repeated(
            SECRET,
            "NAME=SOURCE",
            "Give the secret that the definition names: all bytes of a file (file:PATH), or an"
                + " environment variable (env:VARIABLE). May be given several times.");
  }

  /**
   * Opens and reads what was given; closing it closes the files.
   *
   * @throws InvalidRequestException when something cannot be opened or read; nothing stays open
   */
  Resources open(Environment environment) throws IOException {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    Map<String, byte[]> texts = new LinkedHashMap<>();
    List<Closeable> open = new ArrayList<>();
    boolean complete = false;
    try {
      for (Given given : given(descriptors, FD, "NAME=PATH")) {
        RandomAccessFile file = file(environment.workingDirectory().resolve(given.value()));
        open.add(file);
        files.put(given.name(), file.getFD());
      }
      for (Given given : given(secrets, SECRET, "NAME=file:PATH or NAME=env:VARIABLE")) {
        texts.put(given.name(), secret(given, environment));
      }
      Resources resources = Resources.of(files, texts).closing(open.toArray(Closeable[]::new));
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

  private record Given(String name, String value) {}

  private static List<Given> given(Parameter<List<String>> option, String name, String form) {
    Map<String, Given> given = new LinkedHashMap<>();
    for (String word : option.given().orElse(List.of())) {
      int split = word.indexOf('=');
      if (split < 1 || split == word.length() - 1) {
        throw new UsageException(
            "Invalid value for option '" + name + "': write it as " + form + ".");
      }
      Given one = new Given(word.substring(0, split), word.substring(split + 1));
      if (given.put(one.name(), one) != null) {
        throw new UsageException(
            name + ": '" + Printable.line(one.name()) + "' is given twice: keep one of them.");
      }
    }
    return List.copyOf(given.values());
  }

  /** A file that is there already: opening it for writing would make one. */
  private static RandomAccessFile file(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw cannot("open", path, "there is no such file");
    }
    try {
      return new RandomAccessFile(path.toFile(), "rw");
    } catch (FileNotFoundException notForWriting) {
      try {
        return new RandomAccessFile(path.toFile(), "r");
      } catch (FileNotFoundException refused) {
        throw cannot("open", path, String.valueOf(refused.getMessage()));
      }
    }
  }

  private static byte[] secret(Given given, Environment environment) {
    String source = given.value();
    if (source.startsWith(ENVIRONMENT)) {
      String variable = source.substring(ENVIRONMENT.length());
      String value = environment.variables().get(variable);
      if (value == null) {
        throw new InvalidRequestException(
            "Secret '"
                + Printable.line(given.name())
                + "': there is no environment variable '"
                + Printable.line(variable)
                + "'.");
      }
      return value.getBytes(StandardCharsets.UTF_8);
    }
    if (!source.startsWith(FILE)) {
      throw new UsageException(
          SECRET
              + ": say where secret '"
              + Printable.line(given.name())
              + "' is, file:PATH or env:VARIABLE; others could see it on the command line.");
    }
    Path path = environment.workingDirectory().resolve(source.substring(FILE.length()));
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(Resources.LONGEST_SECRET + 1);
    } catch (IOException unreadable) {
      throw cannot("read", path, unreadable.toString());
    }
  }

  private static InvalidRequestException cannot(String verb, Path path, String why) {
    return new InvalidRequestException(
        "Cannot "
            + verb
            + " "
            + Printable.line(path.toString())
            + ": "
            + Printable.line(why)
            + ".");
  }
}
