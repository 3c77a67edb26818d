package dev.berth.schema;

import dev.berth.definition.Quotation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in the arguments a value is. Made for every value and written out for few, so it is a chain
 * towards the root. Immutable.
 */
final class ArgumentPath {
  static final ArgumentPath ROOT = new ArgumentPath(null, "arguments", 0);

  private static final Pattern PLAIN = Pattern.compile("[\\w-]{1,80}");

  /** Most steps that are written out: the outermost and the innermost half of them. */
  private static final int MOST_STEPS = 40;

  private final @Nullable ArgumentPath parent;
  private final String step;
  private final int depth;

  private ArgumentPath(@Nullable ArgumentPath parent, String step, int depth) {
    this.parent = parent;
    this.step = step;
    this.depth = depth;
  }

  ArgumentPath member(String name) {
    return new ArgumentPath(this, name, depth + 1);
  }

  ArgumentPath element(int index) {
    return new ArgumentPath(this, "[" + index + "]", depth + 1);
  }

  /** How many levels below the arguments. */
  int depth() {
    return depth;
  }

  String text() {
    Deque<ArgumentPath> outermostFirst = new ArrayDeque<>();
    for (ArgumentPath path = this; path != null; path = path.parent) {
      outermostFirst.push(path);
    }
    StringBuilder text = new StringBuilder();
    for (ArgumentPath path : outermostFirst) {
      if (path.depth < MOST_STEPS / 2 || path.depth > depth - MOST_STEPS / 2) {
        path.append(text);
      } else if (path.depth == MOST_STEPS / 2) {
        text.append("...");
      }
    }
    return text.toString();
  }

  private void append(StringBuilder text) {
    if (step.startsWith("[")) {
      text.append(step);
    } else {
      text.append(depth > 0 ? "." : "")
          .append(PLAIN.matcher(step).matches() ? step : Quotation.of(step));
    }
  }
}
