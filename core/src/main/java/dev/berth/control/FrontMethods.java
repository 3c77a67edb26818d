package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.DomainRef;
import dev.berth.host.Keystrokes;
import dev.berth.host.Keystrokes.Chord;
import dev.berth.host.VncPassword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The methods that are for whoever would sit in front of the machine. */
final class FrontMethods {
  static final String SCREENSHOT = "domain.screenshot";
  static final String SEND_KEYS = "domain.send-keys";
  static final String INJECT_NMI = "domain.inject-nmi";

  static final String KEYS = "keys";
  static final String HOLD = "holdMillis";
  static final String SET_VNC_PASSWORD = "domain.set-vnc-password";

  static final String PASSWORD = "password";
  static final String LIFETIME = "lifetimeMillis";

  private FrontMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        SCREENSHOT,
        (host, params) ->
            ResultCodec.bytes(
                host.screenshot(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
    methods.call(
        SET_VNC_PASSWORD,
        (host, params) ->
            ResultCodec.write(
                host.setVncPassword(
                    ArgumentCodec.domain(params), password(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        PASSWORD,
        LIFETIME,
        ArgumentCodec.DEADLINE);
    methods.call(
        SEND_KEYS,
        (host, params) ->
            ResultCodec.write(
                host.sendKeys(
                    ArgumentCodec.domain(params), keys(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        KEYS,
        HOLD,
        ArgumentCodec.DEADLINE);
    methods.call(
        INJECT_NMI,
        (host, params) ->
            ResultCodec.write(
                host.injectNmi(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
  }

  static ObjectNode keys(DomainRef domain, Keystrokes keys) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArrayNode chords = params.putArray(KEYS);
    keys.chords().forEach(chord -> chords.add(chord.toString()));
    return params.put(HOLD, WireValue.millis(keys.hold()));
  }

  private static Keystrokes keys(Params params) {
    JsonNode texts = params.member(KEYS).orElseThrow(() -> params.missing(KEYS));
    if (!texts.isArray()) {
      throw params.wrong(KEYS, "an array of texts", texts);
    }
    List<Chord> chords = new ArrayList<>();
    for (JsonNode text : texts) {
      if (!text.isTextual()) {
        throw params.wrong(KEYS, "an array of texts", text);
      }
      chords.add(Chord.of(text.textValue()));
    }
    return new Keystrokes(chords, params.optionalMillis(HOLD).orElse(Keystrokes.USUAL_HOLD));
  }

  private static VncPassword password(Params params) {
    VncPassword password = VncPassword.of(params.text(PASSWORD).getBytes(StandardCharsets.UTF_8));
    return params.optionalMillis(LIFETIME).map(password::expiringIn).orElse(password);
  }

  static ObjectNode arguments(DomainRef domain, VncPassword password) {
    ObjectNode params = ArgumentCodec.domain(domain);
    params.put(PASSWORD, new String(password.text(), StandardCharsets.UTF_8));
    password.lifetime().ifPresent(time -> params.put(LIFETIME, WireValue.millis(time)));
    return params;
  }
}
