package dev.berth.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM file (RFC 7468); what stands around them is left out, as OpenSSL does. */
final class PemFile {
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** RFC 1421's headers, which only encrypted keys of old have: {@code Proc-Type: 4,ENCRYPTED}. */
  private static final Pattern HEADERS = Pattern.compile("(?m)^[A-Za-z-]+:.*$");

  private PemFile() {}

  /**
   * One block.
   *
   * @param label such as {@code CERTIFICATE}
   * @param text between its first and last line, headers among it
   */
  record Block(String label, String text) {

    boolean isEncrypted() {
      return label.startsWith("ENCRYPTED ") || text.contains("ENCRYPTED");
    }

    /**
     * Its bytes.
     *
     * @throws IllegalArgumentException when they are no base64
     */
    byte[] bytes() {
      String base64 = HEADERS.matcher(text).replaceAll("").replaceAll("\\s", "");
      return Base64.getDecoder().decode(base64);
    }
  }

  /**
   * All blocks of a file.
   *
   * @param what the file is called in messages
   */
  static List<Block> read(Path file, String what) throws UnusableFileException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text(file, what));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  private static String text(Path file, String what) throws UnusableFileException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UnusableFileException("The " + what + " " + file + " is no file.");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new UnusableFileException("The " + what + " " + file + " is longer than 1 MiB.");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException missing) {
      throw new UnusableFileException("There is no " + what + " " + file + ".", missing);
    } catch (UnusableFileException e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableFileException(
          "The " + what + " " + file + " cannot be read: " + e + ".", e);
    }
  }
}
