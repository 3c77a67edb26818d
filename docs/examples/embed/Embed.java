import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.EventBody;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EventSubscription;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A platform that runs its machines itself: opens a host under the directory it is given, watches
 * what happens, runs a machine, and leaves. Its actor in events and logs is {@code embed}.
 */
public final class Embed {
  private static final String DEFINITION = "name: tenant-1\nmemory: 64MiB\nlabels: {tenant: blue}\n";

  private Embed() {}

  public static void main(String[] args) {
    Path home = Path.of(args[0]).toAbsolutePath();
    VmHost host = Berth.open(HostSettings.under(home));
    try (EventSubscription events = watch(host)) {
      run(host.as("embed"));
    } finally {
      host.close(Duration.ofSeconds(30)); // stops no guest
    }
  }

  /** Prints every change of state from now on. */
  private static EventSubscription watch(VmHost host) {
    return host.subscribe(
        host.eventRange().newest(),
        event -> {
          if (event.body() instanceof EventBody.StateChanged change) {
            System.out.println(event.name().orElse("-") + " is " + change.to().text());
          }
        });
  }

  private static void run(VmHost host) {
    DomainRef tenant = DomainRef.of("tenant-1");
    host.define(
        new DefinitionDocument(DEFINITION, "tenant-1", Path.of("/")), new DefineCondition.Always());
    try {
      host.start(tenant, StartMode.PAUSED, CallOptions.within(Duration.ofMinutes(1)));
      for (DomainSnapshot domain : host.list()) {
        System.out.println(domain.name() + " of " + domain.definition().labels().get("tenant"));
      }
    } catch (BerthException e) {
      System.out.println(e.code().text() + ": " + e.getMessage());
    }
    host.destroy(tenant, Duration.ofSeconds(10), CallOptions.none());
  }
}
