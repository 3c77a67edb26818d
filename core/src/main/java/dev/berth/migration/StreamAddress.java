package dev.berth.migration;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a QEMU takes in what another one sends. */
public sealed interface StreamAddress {

  /**
   * A UNIX socket on the machine of both.
   *
   * @param path absolute
   */
  record Socket(Path path) implements StreamAddress {
    /**
     * Checks the path.
     *
     * @throws IllegalArgumentException when it is not absolute
     */
    public Socket {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("a socket's path is '" + path + "'");
      }
    }

    @Override
    public String text() {
      return path.toString();
    }

    @Override
    public String uri() {
      return "unix:" + path;
    }
  }

  /**
   * A port of TCP.
   *
   * @param host an address or a name, an IPv6 address without brackets
   * @param port from 1 to 65535
   */
  record Port(String host, int port) implements StreamAddress {
    /** Whichever the host has by which it was reached. */
    public static final String ANY_ADDRESS = "0.0.0.0";

    private static final int HIGHEST = 65_535;

    /**
     * Checks both: they become part of what QEMU is told.
     *
     * @throws IllegalArgumentException when one cannot be
     */
    public Port {
      if (!host.matches("[0-9A-Za-z._:%-]{1,255}")) {
        throw new IllegalArgumentException("a host is called '" + PeerWords.of(host) + "'");
      }
      if (port < 1 || port > HIGHEST) {
        throw new IllegalArgumentException("there is no port " + port);
      }
    }

    /** Whether it is at whichever address the host was reached by. */
    public boolean isAtAnyAddress() {
      return host.equals(ANY_ADDRESS);
    }

    @Override
    public String text() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String uri() {
      return "tcp:" + text();
    }
  }

  /** As records have it: a path, or a host and a port with a colon between them. */
  String text();

  /** As QEMU has it. */
  String uri();

  /**
   * The address of that {@link #text}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static StreamAddress of(String text) {
    if (text.startsWith("/")) {
      return socket(text);
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("an address of a stream is '" + PeerWords.of(text) + "'");
    }
    String host = text.substring(0, colon);
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    return new Port(
        brackets ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(text.substring(colon + 1)));
  }

  private static Socket socket(String text) {
    try {
      return new Socket(Path.of(text));
    } catch (InvalidPathException wrong) {
      throw new IllegalArgumentException("a path is '" + wrong.getReason() + "'", wrong);
    }
  }
}
