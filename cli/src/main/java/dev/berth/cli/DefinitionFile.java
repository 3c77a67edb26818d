package dev.berth.cli;

import dev.berth.definition.DefinitionDocument;
import dev.berth.error.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads definitions from files, or from standard input when the file is {@code -}. */
final class DefinitionFile {
  static final String LABEL = "FILE";
  static final String DESCRIPTION = "The definition, YAML or JSON; - is standard input.";

  /** A definition takes a few kilobytes; whatever is this big is something else. */
  private static final int LARGEST_BYTES = 1 << 20;

  private static final String STANDARD_INPUT = "-";

  private DefinitionFile() {}

  /**
   * The document in that file.
   *
   * @throws InvalidRequestException when it cannot be read or is no text
   */
  static DefinitionDocument read(String file, Environment environment) {
    if (file.equals(STANDARD_INPUT)) {
      try {
        return document(environment.in(), "<stdin>", environment.workingDirectory());
      } catch (IOException unreadable) {
        throw cannotRead("<stdin>", unreadable);
      }
    }
    Path path = environment.workingDirectory().resolve(file).normalize();
    try (InputStream in = Files.newInputStream(path)) {
      return document(in, file, path.getParent() == null ? path : path.getParent());
    } catch (IOException unreadable) {
      throw cannotRead(file, unreadable);
    }
  }

  private static DefinitionDocument document(InputStream in, String origin, Path base)
      throws IOException {
    byte[] bytes = in.readNBytes(LARGEST_BYTES + 1);
    if (bytes.length > LARGEST_BYTES) {
      throw new InvalidRequestException(
          "Cannot read definition '"
              + origin
              + "': it is larger than 1 MiB, so it is no definition. Name a YAML or JSON file.");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new DefinitionDocument(text, origin, base);
    } catch (CharacterCodingException binary) {
      throw new InvalidRequestException(
          "Cannot read definition '" + origin + "': it is not UTF-8 text.", binary);
    }
  }

  private static InvalidRequestException cannotRead(String origin, IOException unreadable) {
    String reason;
    if (unreadable instanceof NoSuchFileException) {
      reason = "there is no such file";
    } else if (unreadable instanceof AccessDeniedException) {
      reason = "permission denied";
    } else {
      reason = String.valueOf(unreadable.getMessage());
    }
    return new InvalidRequestException(
        "Cannot read definition '" + origin + "': " + reason + ".", unreadable);
  }
}
