package dev.berth.conformance;

import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The screen, the keyboard, and who looks over VNC. */
final class Screen implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-device VGA,id=vga -vnc unix:locked,password=on -vnc unix:vnc,id=open");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("screendump", "{'filename':'screen.ppm'}");
    qemu.tell("screendump", "{'filename':'vga.ppm','device':'vga','head':0}");
    qemu.tell("cont", "{}", "RESUME");
    qemu.tell(
        "send-key",
        "{'keys':[{'type':'qcode','data':'ctrl'},{'type':'number','data':30}],'hold-time':1}");
    qemu.tell(
        "input-send-event",
        "{'events':[{'type':'key','data':{'down':true,'key':{'type':'qcode','data':'a'}}},"
            + "{'type':'rel','data':{'axis':'x','value':5}},"
            + "{'type':'btn','data':{'down':true,'button':'left'}}]}");
    viewer(qemu);
    qemu.tell("set_password", "{'protocol':'vnc','password':'secret','connected':'keep'}");
    qemu.tell("change-vnc-password", "{'password':'other'}");
    qemu.tell("expire_password", "{'protocol':'vnc','time':'+100'}");
    qemu.tell("query-vnc-servers");
    qemu.attempt("display-reload", "{'type':'vnc','tls-certs':false}");
    qemu.tell("display-update", "{'type':'vnc','addresses':[{'type':'unix','path':'vnc2'}]}");
    qemu.attempt("client_migrate_info", "{'protocol':'vnc','hostname':'other','port':5900}");
    qemu.attempt("change", "{'device':'vnc','target':'none'}");
    qemu.refused("add_client", "{'protocol':'vnc','fdname':'none'}");
  }

  /** Speaks as much of RFB 3.8 as makes a client of it. */
  private static void viewer(LiveQemu qemu) throws Exception {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(qemu.directory().resolve("vnc")));
      var in = new DataInputStream(Channels.newInputStream(channel));
      OutputStream out = Channels.newOutputStream(channel);
      in.readFully(new byte[12]);
      out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
      qemu.await("VNC_CONNECTED");
      in.readFully(new byte[in.readUnsignedByte()]);
      out.write(1); // no authentication
      in.readInt();
      out.write(1); // shared
      qemu.await("VNC_INITIALIZED");
      qemu.tell("query-vnc");
      qemu.tell("query-vnc-servers");
    }
    qemu.await("VNC_DISCONNECTED");
  }
}
