package dev.berth.backup;

import dev.berth.api.Api;
import java.util.Arrays;
import java.util.Optional;

/** How much of a disk a backup has. */
@Api(since = "0.1")
public enum Extent {
  /** All of it. */
  FULL("full"),
  /** What was written since an earlier backup, on whose image its own stands. */
  INCREMENTAL("incremental");

  private final String text;

  Extent(String text) {
    this.text = text;
  }

  /** The extent as people and programs read it. */
  public String text() {
    return text;
  }

  /** The extent of that text; empty when there is none. */
  public static Optional<Extent> of(String text) {
    return Arrays.stream(values()).filter(extent -> extent.text.equals(text)).findFirst();
  }
}
