package dev.berth.cli;

import dev.berth.cli.man.ManualPage;
import dev.berth.cli.man.ManualPage.Section;
import dev.berth.config.HomeLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code vmctl man}. */
final class ManCommand implements Command {

  @Override
  public int run(Session session) throws IOException {
    session.output().text(page().stripTrailing());
    return ExitCodes.OK;
  }

  private static String page() {
    return new ManualPage(
            CommandTree.complete().commandLine(), List.of(exitStatus(), environment(), files()))
        .text();
  }

  private static Section exitStatus() {
    List<Map.Entry<String, String>> items = new ArrayList<>();
    ExitCodes.table()
        .lines()
        .map(String::strip)
        .forEach(
            line -> {
              int end = line.indexOf(' ');
              String meaning = line.substring(end).strip().replaceFirst(" {2,}", ": ");
              items.add(Map.entry(line.substring(0, end), meaning));
            });
    return new Section("EXIT STATUS", items);
  }

  private static Section environment() {
    return new Section(
        "ENVIRONMENT",
        List.of(
            Map.entry("BERTH_HOME", "The directory of the host, as --home says it."),
            Map.entry("BERTH_URI", "The host's address, as --connect says it."),
            Map.entry("NO_COLOR", "When it is not empty, nothing is coloured.")));
  }

  private static Section files() {
    HomeLayout system = HomeLayout.system();
    return new Section(
        "FILES",
        List.of(
            Map.entry(system.controlSocket().toString(), "Where the system's host answers."),
            Map.entry(system.settingsFile().toString(), "Its settings."),
            Map.entry(system.home().toString(), "Its store."),
            Map.entry(system.logDirectory().toString(), "Its logs, and those of its domains.")));
  }
}
