package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.socket.SocketStreams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;

/**
 * A console of a remote host, over its own connection. An interrupt of a thread that reads or
 * writes detaches it.
 */
final class RemoteConsole implements Console, OwnConnection {
  private final Wire wire;
  private final InputStream input;
  private final OutputStream output;

  private RemoteConsole(Wire wire, ConsoleAccess access) {
    this.wire = wire;
    this.input =
        new SequenceInputStream(
            new ByteArrayInputStream(wire.rest()), SocketStreams.input(wire.channel()));
    this.output =
        access == ConsoleAccess.READ_ONLY ? new NoOutput() : SocketStreams.output(wire.channel());
  }

  static RemoteConsole open(ControlAddress address, ObjectNode params, ConsoleAccess access) {
    RemoteCalls calls = RemoteCalls.connect(address, Link.Listener.NONE);
    try {
      return new RemoteConsole(calls.upgrade(Methods.CONSOLE, params), access);
    } catch (RuntimeException e) {
      calls.link().close();
      throw e;
    }
  }

  private static final class NoOutput extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      throw new IOException("This console is attached for reading only.");
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException e) {
      throw new HostFailureException("The console's socket could not be closed.", e);
    }
  }
}
