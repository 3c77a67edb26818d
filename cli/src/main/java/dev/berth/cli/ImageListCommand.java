package dev.berth.cli;

import dev.berth.cli.output.ImageTable;
import dev.berth.cli.output.Output;
import dev.berth.control.ImageCodec;
import dev.berth.image.Image;
import java.io.IOException;
import java.util.List;

/** {@code vmctl image list}. */
final class ImageListCommand implements Command {
  private final Parameter<String> pool;

  ImageListCommand(Parameters parameters) {
    pool = parameters.option("--pool", "POOL", text -> text, "Only those of that pool.");
  }

  @Override
  public boolean printsRows() {
    return true;
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    List<Image> all =
        session.host().images().all().stream()
            .filter(
                image -> pool.given().map(it -> image.name().pool().text().equals(it)).orElse(true))
            .toList();
    switch (output.format()) {
      case CSV -> output.text(ImageTable.csv(all));
      case NAME -> names(output, all);
      case TABLE, JSON, YAML -> {
        if (output.isForPeople() && output.isQuiet()) {
          names(output, all);
        } else {
          output.result(() -> ImageCodec.images(all), () -> ImageTable.rows(all));
        }
      }
    }
    return ExitCodes.OK;
  }

  private static void names(Output output, List<Image> all) throws IOException {
    for (Image each : all) {
      output.text(each.name().text());
    }
  }
}
