package dev.berth.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * A connected TCP socket whose bytes are encrypted: a blocking channel like the one below it. One
 * thread reads, another writes, and any closes; an interrupt of one that reads or writes closes it.
 *
 * <pre>
 *   write ──► engine.wrap ──► leaving ──► socket       under {@code writing}
 *   read  ◄── plain ◄── engine.unwrap ◄── arrived ◄── socket       under {@code reading}
 *               └─ what TLS itself has to say to the peer goes out in between: reading, then writing
 * </pre>
 *
 * Why not {@code SSLSocket}: its {@code close} waits for a write that waits for the peer, and it
 * cannot end its input alone.
 *
 * <p>The end of the TCP stream is the end, whether the peer has announced it or not: what is sent
 * over this channel says by itself where it is whole. Only TLS 1.3, which has no renegotiation.
 */
public final class TlsChannel implements ByteChannel {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** What the first record of a peer begins with (RFC 8446, 5.1): an alert or a handshake. */
  private static final Set<Byte> FIRST_BYTES = Set.of((byte) 21, (byte) 22);

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final Executor reckoning;
  private final Object reading = new Object();
  private final Object writing = new Object();

  /** To be read: what came and is not decrypted. */
  private final ByteBuffer arrived;

  /** To be read: what is decrypted and not taken. */
  private final ByteBuffer plain;

  private final ByteBuffer leaving;

  /** Of the handshake: whether anything has come. */
  private boolean begun;

  private TlsChannel(SocketChannel channel, SSLEngine engine, Executor reckoning) {
    this.channel = channel;
    this.engine = engine;
    this.reckoning = reckoning;
    int record = engine.getSession().getPacketBufferSize();
    this.arrived = ByteBuffer.allocate(record).flip();
    this.leaving = ByteBuffer.allocate(record);
    this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
  }

  /**
   * Comes to terms with the peer: both have shown their certificates then, and believed them. When
   * it fails the peer is told by an alert, and the caller closes the socket.
   *
   * @param channel connected, blocking, and used by nobody else
   * @param limit for all of it
   * @param reckoning runs what takes the processor some milliseconds, before it returns
   * @throws NotTlsException when the peer has begun with something else
   * @throws SocketTimeoutException when the limit is over
   * @throws SSLException when one does not accept the other; the message says why
   */
  public static TlsChannel agree(
      SocketChannel channel, SSLEngine engine, Duration limit, Executor reckoning)
      throws IOException {
    TlsChannel agreed = new TlsChannel(channel, engine, reckoning);
    agreed.agree(System.nanoTime() + limit.toNanos());
    return agreed;
  }

  /** The certificate that the peer has shown, and that was believed. */
  public X509Certificate peer() {
    try {
      return (X509Certificate) engine.getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException impossible) {
      throw new IllegalStateException("the peer has shown no certificate", impossible);
    }
  }

  private void agree(long end) throws IOException {
    synchronized (reading) {
      try {
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
          status = step(status, end);
        }
        channel.socket().setSoTimeout(0);
      } catch (SSLException e) {
        sendAlert(e);
        throw e;
      }
    }
  }

  private HandshakeStatus step(HandshakeStatus status, long end) throws IOException {
    return switch (status) {
      case NEED_TASK -> {
        runTasks();
        yield engine.getHandshakeStatus();
      }
      case NEED_WRAP -> wrap(NOTHING).getHandshakeStatus();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        if (!arrived.hasRemaining()) {
          awaitBytes(end);
        }
        SSLEngineResult result = unwrap();
        switch (result.getStatus()) {
          case BUFFER_UNDERFLOW -> awaitBytes(end);
          case CLOSED -> throw new EOFException("the peer ended the handshake");
          case BUFFER_OVERFLOW -> throw tooLong();
          case OK -> {}
        }
        yield result.getHandshakeStatus();
      }
      case NOT_HANDSHAKING, FINISHED -> status;
    };
  }

  /** Reads with what is left of the time, so that a peer gains nothing by being slow. */
  private void awaitBytes(long end) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    channel.socket().setSoTimeout((int) Math.max(1, Math.min(left, Integer.MAX_VALUE)));
    makeRoom();
    try {
      InputStream stream = channel.socket().getInputStream();
      int count = stream.read(arrived.array(), arrived.position(), arrived.remaining());
      if (count < 0) {
        throw new EOFException("the peer ended the connection in the handshake");
      }
      arrived.position(arrived.position() + count);
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException("the handshake takes too long");
    } finally {
      arrived.flip();
    }
    if (!begun && !FIRST_BYTES.contains(arrived.get(0))) {
      throw new NotTlsException();
    }
    begun = true;
  }

  private void runTasks() {
    Runnable task;
    while ((task = engine.getDelegatedTask()) != null) {
      reckoning.execute(task);
    }
  }

  /** There is room for it: nothing was sent that the peer did not wait for. */
  private void sendAlert(SSLException reason) {
    try {
      while (!engine.isOutboundDone()
          && wrap(NOTHING).getStatus() == SSLEngineResult.Status.OK
          && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        // one record each time
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    synchronized (reading) {
      while (!plain.hasRemaining()) {
        if (!readRecord()) {
          return -1;
        }
      }
      int count = Math.min(plain.remaining(), target.remaining());
      target.put(plain.slice().limit(count));
      plain.position(plain.position() + count);
      return count;
    }
  }

  /** Decrypts one record, or reads more of it; false at the end of the stream. */
  private boolean readRecord() throws IOException {
    SSLEngineResult result = unwrap();
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> {
        return fill();
      }
      case CLOSED -> {
        return false;
      }
      case OK -> {}
      case BUFFER_OVERFLOW -> throw tooLong();
    }
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      runTasks();
    }
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) { // new keys were asked for
      wrap(NOTHING);
    }
    return true;
  }

  private SSLEngineResult unwrap() throws SSLException {
    plain.clear();
    try {
      return engine.unwrap(arrived, plain);
    } finally {
      plain.flip();
    }
  }

  private boolean fill() throws IOException {
    makeRoom();
    try {
      return channel.read(arrived) >= 0;
    } finally {
      arrived.flip();
    }
  }

  private void makeRoom() throws SSLException {
    arrived.compact();
    if (!arrived.hasRemaining()) {
      throw tooLong();
    }
  }

  private static SSLException tooLong() {
    return new SSLException("a record is longer than TLS allows");
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    synchronized (writing) {
      while (source.hasRemaining()) {
        if (wrap(source).getStatus() == SSLEngineResult.Status.CLOSED) {
          throw new ClosedChannelException();
        }
      }
    }
    return count;
  }

  /** Encrypts and sends one record. */
  private SSLEngineResult wrap(ByteBuffer source) throws IOException {
    synchronized (writing) {
      leaving.clear();
      SSLEngineResult result = engine.wrap(source, leaving);
      if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
        throw tooLong();
      }
      leaving.flip();
      while (leaving.hasRemaining()) {
        channel.write(leaving);
      }
      return result;
    }
  }

  /** Makes {@link #read} see the end of the stream, while more can still be written. */
  public void endInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Closes the socket at once; a read or write that waits ends. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
