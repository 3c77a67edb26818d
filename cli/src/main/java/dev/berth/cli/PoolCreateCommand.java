package dev.berth.cli;

import dev.berth.cli.output.ImageTable;
import dev.berth.control.ImageCodec;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code vmctl pool create}. */
final class PoolCreateCommand implements Command {
  private final Parameter<String> name;
  private final Parameter<String> directory;

  PoolCreateCommand(Parameters parameters) {
    name = parameters.argument("POOL", "What it is to be called by.");
    directory = parameters.second("DIRECTORY", "Where it is, on the host.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path where = session.environment().workingDirectory().resolve(directory.value());
    Pool pool = session.host().images().createPool(new PoolName(name.value()), where);
    session.output().result(() -> ImageCodec.write(pool), () -> ImageTable.poolRows(List.of(pool)));
    return ExitCodes.OK;
  }
}
