package dev.berth.control;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.SmallDevice;
import dev.berth.domain.ActorName;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a {@link ControlServer}: reads its requests, runs each that may wait on a thread,
 * sends replies as they come.
 *
 * <pre>
 *   reader ── permit ─► call thread ── VmHost ── reply ── permit back
 *      │ at most callsInFlight permits: none left, nothing is read, and the client waits
 *      ├─ what only looks:  the reader itself, which saves a change of threads
 *      ├─ events.subscribe: a thread that sends notifications until the connection ends
 *      └─ console.open:     the reader itself turns into a relay of bytes
 * </pre>
 *
 * A client that does not read stops its own call threads in {@link Wire#send}, and so its own
 * reader; nobody else waits for any of them.
 *
 * <p>Threads: {@code berth-control-N} reads, {@code berth-control-N-call-M} call, {@code
 * berth-control-N-events} sends what is subscribed to, and those of a {@link ConsoleRelay}.
 */
final class ClientConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
  private static final long IDLE_THREAD_SECONDS = 10;

  private final String name;
  private final Peer peer;
  private final Supplier<Access> admission;
  private final Wire wire;
  private final Function<String, VmHost> hosts;
  private final Methods methods;
  private final ControlLimits limits;
  private final Semaphore permits;
  private final ExecutorService calls;

  /** Of the reader. */
  private Access access = Access.NONE;

  private final AtomicReference<Subscription> subscription = new AtomicReference<>();
  private final AtomicReference<ConsoleRelay> console = new AtomicReference<>();

  /**
   * A connection, not served.
   *
   * @param admission what the client may do; asked once, by the reader, and throws {@link
   *     AccessDeniedException} when it is not served at all
   */
  ClientConnection(
      String name,
      Peer peer,
      Supplier<Access> admission,
      Wire wire,
      Function<String, VmHost> hosts,
      Methods methods,
      ControlLimits limits) {
    this.name = name;
    this.peer = peer;
    this.admission = admission;
    this.wire = wire;
    this.hosts = hosts;
    this.methods = methods;
    this.limits = limits;
    this.permits = new Semaphore(limits.callsInFlight());
    // As many threads as permits are taken.
    this.calls =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new NamedThreads(name + "-call"));
  }

  /** Serves until the client goes or {@link #finish} or {@link #abort} is called. */
  void serve() {
    try {
      access = admission.get();
      readRequests();
      awaitLastReplies();
    } catch (AccessDeniedException e) {
      tell(Reply.failure(NullNode.instance, e));
    } catch (LineTooLongException e) {
      tell(
          Reply.failure(
              NullNode.instance,
              RpcCode.INVALID_REQUEST,
              new InvalidRequestException("The request cannot be read: " + e.getMessage() + ".")));
    } catch (IOException e) {
      LOG.debug("{}: client is gone: {}", name, e.toString());
    } catch (InterruptedException e) {
      LOG.debug("{}: ended by the server", name);
    } finally {
      abort();
    }
  }

  /** Reads no more requests; calls in flight still reply, within the limit. Any thread may call. */
  void finish() {
    try {
      wire.endInput();
    } catch (IOException e) {
      LOG.debug("{}: already closed: {}", name, e.toString());
    }
  }

  /** Ends it at once. Calls in flight stop waiting; what they asked for goes on. */
  void abort() {
    try {
      wire.close();
    } catch (IOException e) {
      LOG.debug("{}: closing failed: {}", name, e.toString());
    }
    Subscription running = subscription.get();
    if (running != null) {
      running.close();
    }
    ConsoleRelay relay = console.get();
    if (relay != null) {
      relay.close();
    }
    calls.shutdownNow();
  }

  /** Waits until the call and subscription threads have ended. */
  boolean awaitThreads(long millis) throws InterruptedException {
    Subscription running = subscription.get();
    return calls.awaitTermination(millis, TimeUnit.MILLISECONDS)
        && (running == null || running.awaitEnd(millis));
  }

  private void readRequests() throws IOException, InterruptedException {
    while (true) {
      permits.acquire();
      Optional<byte[]> line = wire.receive();
      if (line.isEmpty()) {
        permits.release();
        return;
      }
      Received received = wire.takeDescriptors();
      Optional<Request> request = parse(line.get());
      if (request.isEmpty()) {
        received.close();
        permits.release();
      } else if (request.get().method().kind() == Method.Kind.UPGRADE) {
        // The bytes must not run into a reply: wait for those in flight.
        permits.acquire(limits.callsInFlight() - 1);
        boolean ended = relayConsole(request.get(), received);
        permits.release(limits.callsInFlight());
        if (ended) {
          return;
        }
      } else if (request.get().method().kind() == Method.Kind.LOOK) {
        perform(request.get(), received);
      } else {
        calls.execute(() -> perform(request.get(), received));
      }
    }
  }

  private Optional<Request> parse(byte[] line) throws IOException {
    try {
      Request request = Request.parse(line, methods);
      Optional<AccessDeniedException> denied = denial(request.method());
      if (denied.isEmpty()) {
        return Optional.of(request);
      }
      if (request.wantsReply()) {
        wire.send(Reply.failure(request.id(), denied.get()));
      }
    } catch (Request.Refused refused) {
      wire.send(refused.reply());
    }
    return Optional.empty();
  }

  private Optional<AccessDeniedException> denial(Method method) {
    if (method.needs().compareTo(access) > 0) {
      return Optional.of(denied(method));
    }
    return method.isForHosts() && !peer.canBeHost()
        ? Optional.of(
            new AccessDeniedException(
                peer.description()
                    + " cannot have this host take machines: "
                    + method.name()
                    + " is for hosts of root and of this host's own user, over its control socket,"
                    + " and for those whose certificates its setting 'tls-hosts' names."))
        : Optional.empty();
  }

  private AccessDeniedException denied(Method method) {
    return new AccessDeniedException(
        peer.description()
            + " may only look at this host: "
            + method.name()
            + " is refused. Who may change things is named by its setting '"
            + peer.setting()
            + "'.");
  }

  /** Thread top of a call, save of one that only looks. */
  private void perform(Request request, Received received) {
    try {
      ObjectNode reply = outcome(request, received);
      if (request.wantsReply()) {
        tell(reply);
      }
      if (request.method().kind() == Method.Kind.SUBSCRIPTION) {
        Optional.ofNullable(subscription.get()).ifPresent(Subscription::start);
      }
    } finally {
      permits.release();
    }
  }

  private ObjectNode outcome(Request request, Received received) {
    try (received) {
      Method method = request.method();
      Params params = Params.of(method.name(), method.parameters(), request.params(), received);
      VmHost host = hosts.apply(actor(params));
      if (method.kind() == Method.Kind.SUBSCRIPTION) {
        subscribe(host, params);
      }
      return Reply.result(request.id(), method.handler().call(host, params));
    } catch (BerthException e) {
      return Reply.failure(request.id(), e);
    } catch (RuntimeException | Error e) {
      LOG.error("{}: {} failed by a bug in Berth", name, request.method().name(), e);
      return Reply.failure(
          request.id(),
          RpcCode.INTERNAL_ERROR,
          new HostFailureException(
              "Berth failed in "
                  + request.method().name()
                  + " by a bug of its own ("
                  + e
                  + "); the host's log has the details."));
    }
  }

  /** Opens the stream; it starts to send when the reply has gone out. */
  private void subscribe(VmHost host, Params params) {
    long after = params.number(Methods.AFTER);
    var opened = new Subscription(name + "-events", host.events(after), wire);
    if (!subscription.compareAndSet(null, opened)) {
      opened.close();
      throw new InvalidRequestException(
          "This connection is subscribed already; open another one for a second subscription.");
    }
  }

  /** Turns the connection into a console; true when it did, and the console has ended since. */
  private boolean relayConsole(Request request, Received received)
      throws IOException, InterruptedException {
    ConsoleRelay relay;
    try (received) {
      Method method = request.method();
      Params params = Params.of(method.name(), method.parameters(), request.params(), received);
      if (subscription.get() != null) {
        throw new InvalidRequestException(
            "console.open needs a connection of its own, and this one is subscribed to events.");
      }
      ConsoleAccess wanted =
          params.optionalConstant(Methods.ACCESS, ConsoleAccess.class).orElse(ConsoleAccess.WRITE);
      if (access != Access.FULL && wanted != ConsoleAccess.READ_ONLY) {
        throw denied(method);
      }
      VmHost host = hosts.apply(actor(params));
      DomainRef domain = ArgumentCodec.domain(params);
      Optional<String> named = params.optionalText(Methods.PORT);
      if (access != Access.FULL
          && named.filter(port -> isChannel(host, domain, port)).isPresent()) {
        throw denied(method);
      }
      Console attached =
          named
              .map(port -> host.console(domain, port, wanted))
              .orElseGet(() -> host.console(domain, wanted));
      relay = new ConsoleRelay(name + "-console", attached, wanted, wire, limits.lastReplies());
    } catch (BerthException e) {
      wire.send(Reply.failure(request.id(), e));
      return false;
    }
    console.set(relay);
    try (relay) {
      wire.send(Reply.result(request.id(), Json.object()));
      relay.run();
    }
    return true;
  }

  /** To read a channel is to take what a program of the host waits for. */
  private static boolean isChannel(VmHost host, DomainRef domain, String port) {
    return host.devices(domain).stream()
        .anyMatch(
            device ->
                device.kind().equals(SmallDevice.Type.CHANNEL.word())
                    && device.name().equals(port));
  }

  private void awaitLastReplies() throws InterruptedException {
    Subscription running = subscription.get();
    if (running != null) {
      running.close();
    }
    boolean complete =
        permits.tryAcquire(
            limits.callsInFlight(), limits.lastReplies().toMillis(), TimeUnit.MILLISECONDS);
    if (!complete) {
      LOG.debug("{}: calls still in flight lose their replies", name);
    }
  }

  private void tell(ObjectNode message) {
    try {
      wire.send(message);
    } catch (IOException e) {
      LOG.debug("{}: nobody reads the reply: {}", name, e.toString());
    }
  }

  private String actor(Params params) {
    String actor = peer.actor();
    Optional<String> other = params.optionalText(Methods.ON_BEHALF_OF);
    if (other.isEmpty()) {
      return actor;
    }
    if (!ActorName.isLegal(other.get())) {
      throw new InvalidRequestException(
          "Parameter '" + Methods.ON_BEHALF_OF + "' should be " + ActorName.RULE + ".");
    }
    return actor + "/" + other.get();
  }
}
