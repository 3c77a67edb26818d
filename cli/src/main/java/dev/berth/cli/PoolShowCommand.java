package dev.berth.cli;

import dev.berth.cli.output.ImageTable;
import dev.berth.control.ImageCodec;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import java.io.IOException;
import java.util.List;

/** {@code vmctl pool show}. */
final class PoolShowCommand implements Command {
  private final Parameter<String> name;

  PoolShowCommand(Parameters parameters) {
    name = parameters.argument("POOL", "The pool.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Pool pool = session.host().images().pool(new PoolName(name.value()));
    session.output().result(() -> ImageCodec.write(pool), () -> ImageTable.poolRows(List.of(pool)));
    return ExitCodes.OK;
  }
}
