package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.Throttle;
import dev.berth.error.InvalidDefinitionException;

/** Limits as a document of their own: what {@code throttle} of a disk is in a definition. */
public final class ThrottleDocument {
  private ThrottleDocument() {}

  /**
   * The limits that the document describes.
   *
   * @throws InvalidDefinitionException when it describes none, with every problem found
   */
  public static Throttle read(DefinitionDocument document) {
    return DefinitionReader.read(ThrottleSection.SECTION, document);
  }

  /** The limits as a JSON object. */
  public static JsonNode write(Throttle throttle) {
    return ThrottleSection.SECTION.write(throttle);
  }
}
