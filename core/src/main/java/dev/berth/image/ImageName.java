package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.util.Comparator;

/**
 * What an image is called by: its pool, and its file there. Never a path: a name has neither
 * slashes nor a dot in front.
 *
 * @param pool whose
 * @param file the name of its file: 1 to 128 of A-Z a-z 0-9 . _ -, a letter or digit first
 */
@Api(since = "0.1")
public record ImageName(PoolName pool, String file) implements Comparable<ImageName> {
  private static final String LEGAL = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";
  private static final Comparator<ImageName> ORDER =
      Comparator.comparing(ImageName::pool).thenComparing(ImageName::file);

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the file's name is not a legal one
   */
  public ImageName {
    if (!isLegalFile(file)) {
      throw new InvalidRequestException(
          "'"
              + printable(file)
              + "' cannot be the name of an image: use 1 to 128 of A-Z a-z 0-9 . _ - beginning with"
              + " a letter or digit.");
    }
  }

  /**
   * The name that a text of the form {@code POOL/NAME} means.
   *
   * @throws InvalidRequestException when it means none
   */
  public static ImageName of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new InvalidRequestException(
          "'" + printable(text) + "' is no image: say POOL/NAME, such as fast/web.qcow2.");
    }
    return new ImageName(new PoolName(text.substring(0, slash)), text.substring(slash + 1));
  }

  /** Whether a file of that name can be an image. */
  public static boolean isLegalFile(String name) {
    return name.matches(LEGAL);
  }

  /** {@code POOL/NAME}. */
  public String text() {
    return pool + "/" + file;
  }

  /** The text without control characters and not too long for a message. */
  static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 80 ? clean : clean.substring(0, 77) + "...";
  }

  @Override
  public int compareTo(ImageName other) {
    return ORDER.compare(this, other);
  }

  /** {@code POOL/NAME}. */
  @Override
  public String toString() {
    return text();
  }
}
