package dev.berth.definition;

import dev.berth.api.Api;
import java.nio.file.Path;

/**
 * A definition as text, YAML or JSON, before anybody has looked at it.
 *
 * @param text the whole document; JSON is read as what it is, a subset of YAML
 * @param origin what messages call it, a file name mostly
 * @param baseDirectory absolute directory that relative paths in the document start from
 */
@Api(since = "0.1")
public record DefinitionDocument(String text, String origin, Path baseDirectory) {

  /** A checked document. */
  public DefinitionDocument {
    if (!baseDirectory.isAbsolute()) {
      throw new IllegalArgumentException("base directory must be absolute: " + baseDirectory);
    }
  }
}
