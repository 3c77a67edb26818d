package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.Eventually;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** Network interfaces and what they lead to. */
final class Network implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-netdev user,id=net -device virtio-net-pci,netdev=net,id=nic");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("query-rx-filter", "{'name':'nic'}");
    qemu.tell("set_link", "{'name':'nic','up':false}");
    qemu.tell("set_link", "{'name':'nic','up':true}");
    qemu.tell("announce-self", "{'initial':50,'max':100,'rounds':1,'step':10,'id':'once'}");
    qemu.tell("netdev_add", "{'type':'user','id':'more','net':'10.9.0.0/24'}");
    qemu.tell("netdev_del", "{'id':'more'}");
    qemu.tell("netdev_add", "{'type':'hubport','id':'hub','hubid':0}");
    qemu.attempt("request-ebpf", "{'id':'rss'}");
    if (qemu.schema().eventNames().contains("NETDEV_STREAM_CONNECTED")) {
      stream(qemu);
    }
  }

  private static void stream(LiveQemu qemu) throws Exception {
    qemu.tell(
        "netdev_add",
        "{'type':'stream','id':'stream','server':true,'addr':{'type':'unix','path':'stream'}}");
    Path socket = qemu.directory().resolve("stream");
    Eventually.eventually(() -> assertThat(socket).exists()); // made after the reply
    try (var peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.connect(UnixDomainSocketAddress.of(socket));
      qemu.await("NETDEV_STREAM_CONNECTED {'netdev-id':'stream'}");
    }
    qemu.await("NETDEV_STREAM_DISCONNECTED {'netdev-id':'stream'}");
  }
}
