package dev.berth.cli;

import dev.berth.cli.output.ImageTable;
import dev.berth.cli.output.Output;
import dev.berth.control.ImageCodec;
import dev.berth.image.Pool;
import java.io.IOException;
import java.util.List;

/** {@code vmctl pool list}. */
final class PoolListCommand implements Command {

  @Override
  public boolean printsRows() {
    return true;
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    List<Pool> all = session.host().images().pools();
    switch (output.format()) {
      case CSV -> output.text(ImageTable.poolCsv(all));
      case NAME -> names(output, all);
      case TABLE, JSON, YAML -> {
        if (output.isForPeople() && output.isQuiet()) {
          names(output, all);
        } else {
          output.result(() -> ImageCodec.pools(all), () -> ImageTable.poolRows(all));
        }
      }
    }
    return ExitCodes.OK;
  }

  private static void names(Output output, List<Pool> all) throws IOException {
    for (Pool each : all) {
      output.text(each.name().text());
    }
  }
}
