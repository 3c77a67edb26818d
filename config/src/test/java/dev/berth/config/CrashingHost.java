package dev.berth.config;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A host process that ends without warning at a crash point, in the middle of one verb on the
 * domain {@code vm}. A {@link HandMadeHost} whose ports can be fatal.
 *
 * <p>Arguments: home, verb, crash point.
 */
final class CrashingHost {
  /** The one domain that verbs are for. */
  static final DomainRef VM = DomainRef.of("vm");

  /** What a process at rest prints. */
  static final String READY = "ready";

  private static final int SURVIVED = 3;

  private CrashingHost() {}

  /** What such a process is asked to do. */
  enum Verb {
    /** Nothing: it says that it is ready, and waits to be killed. */
    REST {
      @Override
      void ask(VmHost host, TestHome home) throws InterruptedException {
        System.out.println(READY);
        new CountDownLatch(1).await();
      }
    },
    DEFINE {
      @Override
      void ask(VmHost host, TestHome home) {
        home.define(host, "vm", "memory: 64MiB", "labels: {defined: again}");
      }
    },
    UNDEFINE {
      @Override
      void ask(VmHost host, TestHome home) {
        host.undefine(VM);
      }
    },
    START {
      @Override
      void ask(VmHost host, TestHome home) {
        host.start(VM, StartMode.RUNNING, CallOptions.none());
      }
    },
    START_PAUSED {
      @Override
      void ask(VmHost host, TestHome home) {
        host.start(VM, StartMode.PAUSED, CallOptions.none());
      }
    },
    SHUTDOWN {
      @Override
      void ask(VmHost host, TestHome home) {
        host.shutdown(VM, ShutdownPolicy.DEFAULT, CallOptions.none());
      }
    },
    /** The directory is the home's own. */
    ATTACH_SHARE {
      @Override
      void ask(VmHost host, TestHome home) {
        Path directory = home.settings().layout().home();
        host.attachShare(
            VM,
            new DefinitionDocument("{name: files, source: .}", "a share", directory),
            EditScope.BOTH,
            CallOptions.none());
      }
    },
    DETACH_SHARE {
      @Override
      void ask(VmHost host, TestHome home) {
        Job job =
            host.detachShare(VM, "files", EditScope.BOTH, JobOptions.none(), CallOptions.none());
        host.awaitJob(job.id(), TestHome.PATIENCE);
      }
    },
    DESTROY {
      @Override
      void ask(VmHost host, TestHome home) {
        host.destroy(VM, TestHome.PATIENCE, CallOptions.none());
      }
    };

    abstract void ask(VmHost host, TestHome home) throws InterruptedException;
  }

  /** Runs the process; never returns. */
  public static void main(String[] arguments) throws InterruptedException {
    TestHome home = new TestHome(Path.of(arguments[0]));
    Verb verb = Verb.valueOf(arguments[1]);
    Fuse fuse = new Fuse(CrashPoint.parse(arguments[2]));
    VmHost host =
        HandMadeHost.open(
                home.settings(),
                store -> new FatalStore(store, fuse),
                launcher -> new FatalLauncher(launcher, fuse))
            .as("crashing host");
    for (DomainSnapshot domain : host.list()) {
      TestHome.settled(host, DomainRef.of(domain.name()));
    }
    fuse.arm();
    verb.ask(host, home);
    System.out.println("the verb is done, and the crash point was not reached");
    Runtime.getRuntime().halt(SURVIVED);
  }
}
