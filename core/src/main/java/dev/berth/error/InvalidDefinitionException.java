package dev.berth.error;

import dev.berth.api.Api;
import java.util.List;
import java.util.stream.Collectors;

/** A definition cannot be accepted; carries every problem found, in document order. */
@Api(since = "0.1")
public final class InvalidDefinitionException extends BerthException {
  private static final long serialVersionUID = 1;

  private final String origin;

  @SuppressWarnings("serial") // an immutable list of serializable records
  private final List<Problem> problems;

  /** An error about the document called {@code origin} (a file name, or {@code <input>}). */
  public InvalidDefinitionException(String origin, List<Problem> problems) {
    super(ErrorCode.INVALID_DEFINITION, text(origin, problems), null);
    this.origin = origin;
    this.problems = List.copyOf(problems);
  }

  /** What messages call the document. */
  public String origin() {
    return origin;
  }

  /** Every problem found, at least one. */
  public List<Problem> problems() {
    return problems;
  }

  private static String text(String origin, List<Problem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("an invalid definition needs at least one problem");
    }
    return problems.stream()
        .map(problem -> problem.text(origin))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
