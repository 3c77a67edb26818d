package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.FileDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Calls over one {@link Link}: waits for replies and turns failures into errors of the caller's
 * tree, in the caller's thread so that stack traces name it.
 */
final class RemoteCalls {
  /** A host that is alive says hello without asking anybody. */
  private static final Duration HELLO_LIMIT = Duration.ofSeconds(10);

  private static final Duration SEND_LIMIT = Duration.ofSeconds(5);

  private final ControlAddress address;
  private final Link link;

  private RemoteCalls(ControlAddress address, Link link) {
    this.address = address;
    this.link = link;
  }

  /**
   * Connects and says hello.
   *
   * @throws dev.berth.error.HostUnreachableException when nobody answers
   * @throws dev.berth.error.UnsupportedException when the host speaks another protocol version
   */
  static RemoteCalls connect(ControlAddress address, Link.Listener listener) {
    return greeted(new RemoteCalls(address, Link.open(address, listener)));
  }

  /** The same for one call that has file descriptors beside it. */
  static RemoteCalls connectForDescriptors(ControlAddress address) {
    boolean interrupted = Thread.interrupted(); // what such a caller asks for is asked all the same
    try {
      return greeted(
          new RemoteCalls(address, Link.open(address.connectForDescriptors(), Link.Listener.NONE)));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RemoteCalls greeted(RemoteCalls calls) {
    try {
      calls.hello();
      return calls;
    } catch (RuntimeException e) {
      calls.link.close();
      throw e;
    }
  }

  Link link() {
    return link;
  }

  ControlAddress address() {
    return address;
  }

  /**
   * One call.
   *
   * @param limit how long to wait; empty to wait as long as the host is there
   * @param decoder reads the result
   */
  <T> T call(
      CallKind kind,
      String method,
      ObjectNode params,
      Optional<Duration> limit,
      Function<JsonNode, T> decoder) {
    try {
      return decode(kind, method, reply(kind, method, link.send(method, params), limit), decoder);
    } catch (InterruptedException e) {
      throw interrupted(method, e);
    }
  }

  /**
   * One call that changes something, with file descriptors beside it, on a connection for this call
   * alone. Returns when the caller may close them.
   */
  <T> T callOnce(
      String method,
      ObjectNode params,
      Collection<FileDescriptor> descriptors,
      Optional<Duration> limit,
      Function<JsonNode, T> decoder) {
    var sent = new CompletableFuture<Void>();
    List<FileDescriptor> duplicates = new ArrayList<>();
    try {
      DescriptorOutput.duplicate(descriptors, duplicates);
      Future<JsonNode> reply = link.send(method, params, duplicates, sent);
      return decode(CallKind.CHANGE, method, reply(CallKind.CHANGE, method, reply, limit), decoder);
    } catch (InterruptedException e) {
      awaitSent(sent);
      throw interrupted(method, e);
    } finally {
      link.close(); // ends the thread that sends
      DescriptorOutput.close(duplicates);
    }
  }

  /** Closing the connection before that would take the request back. */
  private static void awaitSent(CompletableFuture<Void> sent) {
    try {
      sent.get(SEND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      return; // the host does not read: nobody could tell it
    }
  }

  /** The call after which the connection carries bytes; returns its socket. */
  Wire upgrade(String method, ObjectNode params) {
    try {
      JsonNode reply =
          reply(CallKind.READ, method, link.sendUpgrade(method, params), Optional.empty());
      decode(CallKind.READ, method, reply, Function.identity());
      return link.detach();
    } catch (InterruptedException e) {
      throw interrupted(method, e);
    }
  }

  private void hello() {
    ObjectNode params = Json.object();
    params.put(Methods.PROTOCOL, Protocol.VERSION);
    String version = RemoteCalls.class.getPackage().getImplementationVersion();
    if (version != null) {
      params.put(Methods.VERSION, version);
    }
    try {
      call(
          CallKind.READ,
          Methods.HELLO,
          params,
          Optional.of(HELLO_LIMIT),
          result -> Json.number(result, Methods.PROTOCOL));
    } catch (DeadlineExceededException e) {
      throw Thread.currentThread().isInterrupted()
          ? e
          : address.unreachable(
              "a process has the socket but said nothing for " + HELLO_LIMIT.toSeconds() + " s", e);
    } catch (UnsupportedException another) {
      throw new UnsupportedException(
          "Cannot talk to the host at '" + address.text() + "': " + another.getMessage(), another);
    }
  }

  private JsonNode reply(
      CallKind kind, String method, Future<JsonNode> reply, Optional<Duration> limit)
      throws InterruptedException {
    try {
      return limit.isPresent()
          ? reply.get(WireValue.millis(limit.get()), TimeUnit.MILLISECONDS)
          : reply.get();
    } catch (TimeoutException e) {
      throw unanswered(method, "Waited " + limit.orElseThrow().toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw failed(kind, method, e.getCause());
    }
  }

  /** What the host itself says of the connection is told as it is, when nothing was changed. */
  private BerthException failed(CallKind kind, String method, Throwable cause) {
    if (kind == CallKind.READ && cause instanceof BerthException said) {
      return said;
    }
    return kind.lost(method, address, cause);
  }

  private <T> T decode(
      CallKind kind, String method, JsonNode reply, Function<JsonNode, T> decoder) {
    JsonNode error = reply.path("error");
    if (error.path("code").asInt() == RpcCode.METHOD_NOT_FOUND.number()) {
      throw new UnsupportedException(
          "The host at '"
              + address.text()
              + "' is of an older version of Berth: it knows no '"
              + method
              + "'. Upgrade it first.");
    }
    if (error.isObject()) {
      throw ErrorCodec.read(error);
    }
    try {
      return decoder.apply(reply.path("result"));
    } catch (MalformedReplyException e) {
      throw kind.lost(method, address, e);
    }
  }

  private static BerthException interrupted(String method, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return unanswered(method, "Interrupted while waiting", cause);
  }

  private static BerthException unanswered(String method, String why, Exception cause) {
    return new DeadlineExceededException(
        why
            + " for the reply to "
            + method
            + ". What was asked goes on; look at the domain before asking again.",
        cause);
  }
}
