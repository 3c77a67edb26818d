package dev.berth.definition;

import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * Turns documents into definitions. Everything that is wrong is reported at once, each problem with
 * its place in the document and what to do about it. Reads no file but the text it is given:
 * whether an image exists is found out when the domain starts.
 */
public final class DefinitionReader {

  private DefinitionReader() {}

  /**
   * The definition that the document describes, completed with defaults.
   *
   * @throws InvalidDefinitionException when it describes none, with every problem found
   */
  public static DomainDefinition read(DefinitionDocument document) {
    return read(DomainSection.SECTION, document);
  }

  /** What the document, which is such a section as a whole, becomes. */
  static <R> R read(Section<R> section, DefinitionDocument document) {
    Node root;
    try {
      root = DocumentParser.parse(document.text());
    } catch (UnreadableDocumentException unreadable) {
      throw new InvalidDefinitionException(document.origin(), List.of(unreadable.problem()));
    }
    Reading reading = new Reading(document.baseDirectory());
    return section
        .read(root, new Place(reading, ""))
        .orElseThrow(() -> new InvalidDefinitionException(document.origin(), reading.problems()));
  }

  /**
   * Holds a definition that was built in code to the same rules as a document.
   *
   * @throws InvalidDefinitionException when it breaks any; the problems have paths, but no lines
   */
  public static void check(DomainDefinition definition) {
    String origin = "definition of " + definition.name();
    try {
      read(new DefinitionDocument(DefinitionWriter.json(definition), origin, Path.of("/")));
    } catch (InvalidDefinitionException invalid) {
      List<Problem> problems =
          invalid.problems().stream()
              .map(problem -> Problem.at(problem.path(), problem.message()))
              .toList();
      throw new InvalidDefinitionException(origin, problems);
    }
  }
}
