package dev.berth.cli;

import dev.berth.host.Keystrokes;
import java.io.IOException;
import java.util.List;

/** {@code vmctl send-key}. */
final class SendKeyCommand implements Command {
  private final KeyOptions options;
  private final Parameter<List<String>> keys;

  SendKeyCommand(Parameters parameters) {
    options = new KeyOptions(parameters, "100ms");
    keys =
        parameters.furtherFrom(
            1, "KEYS", "Keys by QEMU's names, '-' between those that are down together.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<String> chords = keys.given().orElse(List.of());
    if (chords.isEmpty()) {
      throw new UsageException("KEYS are missing, such as ctrl-alt-delete.");
    }
    return options.press(session, Keystrokes.of(chords.toArray(String[]::new)));
  }
}
