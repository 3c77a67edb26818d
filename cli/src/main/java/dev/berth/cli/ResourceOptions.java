package dev.berth.cli;

import dev.berth.cli.output.Printable;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.Resources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a definition names and the command line gives: {@code --fd} and {@code --secret}. A secret
 * itself is no word of a command line, which anybody can see.
 */
final class ResourceOptions {
  private static final String SECRET = "--secret";
  private static final String FILE = "file:";
  private static final String ENVIRONMENT = "env:";

  private final DescriptorOption descriptors;
  private final Parameter<List<String>> secrets;

  ResourceOptions(Parameters parameters) {
    descriptors = new DescriptorOption(parameters, "the descriptor that the definition names");
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
    Map<String, byte[]> texts = new LinkedHashMap<>();
    for (NamedValue given : NamedValue.of(secrets, SECRET, "NAME=file:PATH or NAME=env:VARIABLE")) {
      texts.put(given.name(), secret(given, environment));
    }
    return descriptors.open(environment, texts);
  }

  private static byte[] secret(NamedValue given, Environment environment) {
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
      throw new InvalidRequestException(
          "Cannot read "
              + Printable.line(path.toString())
              + ": "
              + Printable.line(unreadable.toString())
              + ".",
          unreadable);
    }
  }
}
