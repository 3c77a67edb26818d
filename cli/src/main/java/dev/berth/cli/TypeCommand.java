package dev.berth.cli;

import dev.berth.host.Keystrokes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code vmctl type}. */
final class TypeCommand implements Command {
  private static final String STANDARD_INPUT = "-";

  private final KeyOptions options;
  private final Parameter<Boolean> enter;
  private final Parameter<String> text;

  TypeCommand(Parameters parameters) {
    enter = parameters.flag("--enter", "Press Enter after the text.");
    options = new KeyOptions(parameters, "20ms");
    text = parameters.second("TEXT", "As on a US keyboard. '-': standard input, whole.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    return options.press(session, Keystrokes.typing(text(session) + (enter.value() ? "\n" : "")));
  }

  /** One byte more than can be typed is enough to be told so. */
  private String text(Session session) throws IOException {
    return text.value().equals(STANDARD_INPUT)
        ? new String(
            session.environment().in().readNBytes(Keystrokes.MOST_CHORDS + 1),
            StandardCharsets.UTF_8)
        : text.value();
  }
}
