package dev.berth.cli;

import dev.berth.json.Json;
import java.io.IOException;

/** {@code vmctl undefine}. */
final class UndefineCommand implements Command {
  private final DomainNames domains;

  UndefineCommand(Parameters parameters) {
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    return domains.forEachDo(
        session,
        (host, domain) -> {
          host.undefine(domain);
          session
              .output()
              .item(
                  () -> Json.object().put("effect", "undefined").put("domain", domain.toString()),
                  () -> domain + ": undefined; its disks are left alone");
        });
  }
}
