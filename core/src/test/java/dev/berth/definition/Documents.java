package dev.berth.definition;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.error.InvalidDefinitionException;
import java.nio.file.Path;

/** Reads texts as documents called {@code web.yaml} in {@code /srv/vms}. */
final class Documents {

  private Documents() {}

  static DomainDefinition read(String text) {
    return DefinitionReader.read(document(text));
  }

  /** What the reader says of a text that is no definition. */
  static InvalidDefinitionException refusal(String text) {
    return catchThrowableOfType(InvalidDefinitionException.class, () -> read(text));
  }

  static DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "web.yaml", Path.of("/srv/vms"));
  }
}
