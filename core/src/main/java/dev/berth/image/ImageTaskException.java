package dev.berth.image;

/** Why something could not be done with the files of images. */
public final class ImageTaskException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of a failure it is. */
  public enum Kind {
    /** There is no room left on the disk. */
    NO_SPACE("no-space"),
    /** Somebody else uses an image. */
    IN_USE("in-use"),
    /** Errors were found in the image. */
    ERRORS_FOUND("errors-found"),
    /** The image takes more memory or time than an image may. */
    LIMIT("limit"),
    /** What is read is not what was written once. */
    DAMAGED("backup-damaged"),
    /** Anything else. */
    FAILED("failed");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** The word as people and programs read it. */
    public String text() {
      return text;
    }
  }

  private final Kind kind;

  /** Such a failure. */
  public ImageTaskException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What kind of a failure it is. */
  public Kind kind() {
    return kind;
  }
}
