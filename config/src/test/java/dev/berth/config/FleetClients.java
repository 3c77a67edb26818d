package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.FleetModel.Asked;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.VmHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Clients that ask one verb after another of a fleet until their daemon is gone. */
final class FleetClients {
  private final VmHost remote;
  private final TestHome home;
  private final FleetModel model;
  private final ExecutorService threads;
  private final List<Future<Void>> clients = new ArrayList<>();
  private final Semaphore acknowledged = new Semaphore(0);
  private volatile boolean daemonMayBeGone;

  private FleetClients(VmHost remote, TestHome home, FleetModel model, int count) {
    this.remote = remote;
    this.home = home;
    this.model = model;
    this.threads = Executors.newFixedThreadPool(count);
  }

  /** So many clients begin. */
  static FleetClients start(VmHost remote, TestHome home, FleetModel model, int count) {
    FleetClients clients = new FleetClients(remote, home, model, count);
    Callable<Void> client = clients::work;
    for (int i = 0; i < count; i++) {
      clients.clients.add(clients.threads.submit(client));
    }
    return clients;
  }

  private Void work() {
    while (true) {
      Asked asked = model.choose();
      try {
        ask(asked);
      } catch (HostUnreachableException | OutcomeUnknownException cut) {
        if (daemonMayBeGone) {
          return null;
        }
        throw cut;
      } finally {
        acknowledged.release(); // a client that fails keeps nobody waiting either
      }
    }
  }

  private void ask(Asked asked) {
    FleetVerb.Sight said = asked.verb().ask(remote, home, asked.name(), asked.label());
    assertThat(said).as("what the acknowledgement of %s says", asked).isEqualTo(asked.after());
    model.acknowledge(asked);
  }

  void awaitAcknowledged(int count) throws InterruptedException {
    assertThat(acknowledged.tryAcquire(count, TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%d verbs are acknowledged", count)
        .isTrue();
  }

  void daemonIsAboutToGo() {
    daemonMayBeGone = true;
  }

  /** Waits until each has noticed that its daemon is gone, and fails as one has failed. */
  void join() throws Exception {
    threads.shutdown();
    for (Future<Void> client : clients) {
      client.get(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
