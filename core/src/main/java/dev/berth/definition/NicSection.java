package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Network.PortForward;
import dev.berth.domain.LinkState;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The keys of an item of {@code nics}. */
final class NicSection {
  /** What {@code network} can say. */
  private enum Kind {
    USER,
    TAP,
    BRIDGE
  }

  private static final Key<Nic, String> NAME =
      Key.required(
          "name",
          DeviceNames.TYPE,
          "name: net0",
          Nic::name,
          "Unique among the domain's network interfaces.");

  private static final Key<Nic, Kind> NETWORK =
      Key.defaulted(
          "network",
          ChoiceType.of(Kind.class),
          Kind.USER,
          nic -> kind(nic.network()),
          "`user` is QEMU's own network: DHCP, DNS and outgoing connections, without privileges."
              + " `tap` is a tap device of yours. `bridge` is a bridge of yours, which a tap device"
              + " is made for and joined to while the machine runs; that needs CAP_NET_ADMIN.");

  private static final Key<Nic, String> TAP =
      Key.optional(
          "tap",
          interfaceName("a tap device's name such as tap0"),
          "only `network: tap` has it, and needs it or `fd`",
          nic ->
              nic.network() instanceof Network.Tap tap
                  ? Optional.of(tap.device())
                  : Optional.empty(),
          "The tap device. It must exist, and its owner be the host's user.");

  private static final Key<Nic, String> FD =
      Key.optional(
          "fd",
          ResourceKeys.NAME,
          "the tap device is found by `tap`",
          nic ->
              nic.network() instanceof Network.OpenTap open
                  ? Optional.of(open.descriptor())
                  : Optional.empty(),
          "In place of `tap`: a tap device that is open already. Whoever starts the domain gives its"
              + " descriptor by this name. Only with `network: tap`.");

  private static final Key<Nic, String> BRIDGE =
      Key.optional(
          "bridge",
          interfaceName("a bridge's name such as br0"),
          "only `network: bridge` has and needs it",
          nic ->
              nic.network() instanceof Network.Bridge bridge
                  ? Optional.of(bridge.name())
                  : Optional.empty(),
          "The bridge. It must exist.");

  private static final Key<Nic, String> MAC =
      Key.optional(
          "mac",
          new TextType<>(
              "a unicast MAC address such as 52:54:00:12:34:56",
              Pattern.compile("[0-9a-fA-F][02468aceACE](?::[0-9a-fA-F]{2}){5}"),
              text -> text.toLowerCase(Locale.ROOT),
              Function.identity()),
          "made from the domain's UUID and the interface's name, so it stays the same",
          Nic::mac,
          "The MAC address that the guest sees.");

  private static final Key<Nic, Integer> BOOT_ORDER = BootOrder.key(Nic::bootOrder);

  private static final Key<Nic, LinkState> LINK =
      Key.optional(
          "link",
          ChoiceType.of(LinkState.class),
          "`up`",
          nic -> Optional.of(nic.link()).filter(link -> link != LinkState.UP),
          "Whether the guest sees a cable in it.");

  private static final Key<Nic, VhostChoice> VHOST =
      Key.optional(
          "vhost",
          ChoiceType.of(VhostChoice.class),
          "`auto`",
          nic -> Optional.of(nic.vhost()).filter(choice -> choice != VhostChoice.AUTO),
          "Whether the kernel carries its packets by vhost-net, past QEMU, which is faster: `on`, or"
              + " no start; `off`; or `auto`, which is `on` where this host can. Only with"
              + " `network: tap` and `network: bridge`.");

  private static final Key<Nic, List<PortForward>> FORWARDS =
      Key.defaulted(
          "forwards",
          new ListType<>("port forwards", ForwardSection.SECTION, 256),
          List.of(),
          Nic::forwards,
          "Ports of the host that reach a port of the guest. Only with `network: user`.");

  static final Section<Nic> SECTION =
      new Section<>(
          "a network interface",
          List.of(NAME, NETWORK, TAP, FD, BRIDGE, MAC, BOOT_ORDER, LINK, VHOST, FORWARDS),
          NicSection::check,
          NicSection::build,
          NicSection::addChecks);

  private NicSection() {}

  private static TextType<String> interfaceName(String expected) {
    return TextType.of(
        expected + ", of 1 to 15 of A-Z a-z 0-9 . _ -", "[A-Za-z0-9][A-Za-z0-9._-]{0,14}");
  }

  private static Kind kind(Network network) {
    if (network instanceof Network.Tap || network instanceof Network.OpenTap) {
      return Kind.TAP;
    }
    return network instanceof Network.Bridge ? Kind.BRIDGE : Kind.USER;
  }

  private static void check(Values<Nic> values, Place place) {
    DeviceNames.check("nic", NAME, values, place);
    BootOrder.check(BOOT_ORDER, values, place);
    values
        .find(MAC)
        .flatMap(mac -> place.reading().claim("mac " + mac, place.path()))
        .ifPresent(
            other ->
                place
                    .key(MAC.name())
                    .report(
                        values.position(MAC),
                        other + " already has this MAC address: choose another"));
    values.find(NETWORK).ifPresent(kind -> check(kind, values, place));
  }

  private static void check(Kind kind, Values<Nic> values, Place place) {
    if (kind == Kind.TAP && values.isGiven(FD)) {
      checkOpenTap(values, place);
    } else {
      checkPeer(TAP, kind == Kind.TAP, "tap", "tap0", values, place);
      checkPeer(FD, false, "tap", "tap0", values, place);
    }
    checkPeer(BRIDGE, kind == Kind.BRIDGE, "bridge", "br0", values, place);
    if (kind == Kind.USER && values.isGiven(VHOST)) {
      place
          .key(VHOST.name())
          .report(
              values.position(VHOST),
              "'vhost' is for 'network: tap' and 'network: bridge' only: remove it, QEMU carries the"
                  + " packets of a user-mode network itself");
    }
    if (kind != Kind.USER && !values.find(FORWARDS).orElse(List.of()).isEmpty()) {
      place
          .key(FORWARDS.name())
          .report(
              values.position(FORWARDS),
              "ports are forwarded by 'network: user' only: remove the forwards, the guest is"
                  + " reached at its own address");
    }
  }

  private static void checkOpenTap(Values<Nic> values, Place place) {
    ResourceKeys.checkDescriptor(FD, values, place);
    if (values.isGiven(TAP)) {
      place
          .key(FD.name())
          .report(values.position(FD), "the tap is given by 'tap' already: keep one of them");
    }
  }

  private static void checkPeer(
      Key<Nic, String> key,
      boolean wanted,
      String kind,
      String example,
      Values<Nic> values,
      Place place) {
    if (wanted && !values.isGiven(key)) {
      place.report(
          values.position(key),
          String.format(
              "'network: %s' needs a name: add '%s: %s', for example", kind, key.name(), example));
    } else if (!wanted && values.isGiven(key)) {
      place
          .key(key.name())
          .report(
              values.position(key),
              String.format(
                  "'%s' is for 'network: %s' only: remove it, or add that", key.name(), kind));
    }
  }

  private static Nic build(Values<Nic> values) {
    Network network =
        switch (values.of(NETWORK)) {
          case USER -> new Network.User(values.of(FORWARDS));
          case TAP ->
              values
                  .find(FD)
                  .<Network>map(Network.OpenTap::new)
                  .orElseGet(() -> new Network.Tap(values.of(TAP)));
          case BRIDGE -> new Network.Bridge(values.of(BRIDGE));
        };
    return new Nic(
        values.of(NAME),
        network,
        values.find(MAC),
        values.find(BOOT_ORDER),
        values.find(LINK).orElse(LinkState.UP),
        values.find(VHOST).orElse(VhostChoice.AUTO));
  }

  private static void addChecks(ObjectNode schema) {
    ArrayNode all = schema.putArray("allOf");
    require(all, TAP, FD);
    require(all, BRIDGE);
    ObjectNode onTap = all.addObject();
    ObjectNode network = JsonNodeFactory.instance.objectNode();
    network.putArray("enum").add("tap").add("bridge");
    onTap.set("if", ofKind(network));
    onTap.putObject("else").putObject("properties").put(VHOST.name(), false);
  }

  /** A kind of network needs exactly one of these keys, and no other kind has them. */
  @SafeVarargs
  private static void require(ArrayNode all, Key<Nic, String>... peers) {
    ObjectNode kind = ofKind(JsonNodeFactory.instance.objectNode().put("const", peers[0].name()));
    ObjectNode rule = all.addObject();
    rule.set("if", kind);
    ArrayNode one = rule.putObject("then").putArray("oneOf");
    ObjectNode none = rule.putObject("else").putObject("properties");
    for (Key<Nic, String> peer : peers) {
      one.addObject().putArray("required").add(peer.name());
      none.put(peer.name(), false);
    }
    ObjectNode noForwards = all.addObject();
    noForwards.set("if", kind.deepCopy());
    noForwards
        .putObject("then")
        .putObject("properties")
        .putObject(FORWARDS.name())
        .put("maxItems", 0);
  }

  private static ObjectNode ofKind(ObjectNode kind) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.putArray("required").add(NETWORK.name());
    schema.putObject("properties").set(NETWORK.name(), kind);
    return schema;
  }
}
