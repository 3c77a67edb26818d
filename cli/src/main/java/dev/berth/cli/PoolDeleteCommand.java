package dev.berth.cli;

import dev.berth.image.PoolName;
import dev.berth.json.Json;
import java.io.IOException;

/** {@code vmctl pool delete}. */
final class PoolDeleteCommand implements Command {
  private final Parameter<String> name;

  PoolDeleteCommand(Parameters parameters) {
    name = parameters.argument("POOL", "The pool.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    PoolName pool = new PoolName(name.value());
    session.host().images().deletePool(pool);
    session
        .output()
        .result(
            () -> Json.object().put("pool", pool.text()),
            () -> pool + ": forgotten; its files are still there");
    return ExitCodes.OK;
  }
}
