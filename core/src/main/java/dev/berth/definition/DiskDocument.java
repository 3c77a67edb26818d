package dev.berth.definition;

import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import java.util.List;

/** One disk as a document of its own: what an item of {@code disks} is in a definition. */
public final class DiskDocument {
  private DiskDocument() {}

  /**
   * The disk that the document describes, completed with defaults.
   *
   * @throws InvalidDefinitionException when it describes none, with every problem found
   */
  public static Disk read(DefinitionDocument document) {
    return DefinitionReader.read(DiskSection.SECTION, document);
  }

  /** The disk as JSON on one line. */
  public static String json(Disk disk) {
    return DiskSection.SECTION.write(disk).toString();
  }

  /** What is wrong with a disk of that name, told of the disk itself. */
  public static InvalidDefinitionException problems(String name, List<Problem> problems) {
    return new InvalidDefinitionException(
        "disk '" + name + "'",
        problems.stream()
            .map(
                problem ->
                    Problem.at(
                        problem.path().replaceFirst("^disks\\[\\d+]\\.?", ""), problem.message()))
            .toList());
  }
}
