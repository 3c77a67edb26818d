package dev.berth.config;

import dev.berth.control.TlsAccess;
import dev.berth.control.TlsEndpoint;
import dev.berth.error.InvalidRequestException;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The settings about TLS, as one endpoint. */
final class TlsSettings {
  private final HomeLayout layout;
  private final Function<SettingKey, String> values;
  private final BiConsumer<SettingKey, String> wrong;

  /**
   * The settings.
   *
   * @param values by key; empty when nothing is said
   * @param wrong hears of each key what is wrong with its value
   */
  TlsSettings(
      HomeLayout layout,
      Function<SettingKey, String> values,
      BiConsumer<SettingKey, String> wrong) {
    this.layout = layout;
    this.values = values;
    this.wrong = wrong;
  }

  /** The files that a home has unless it names others. */
  static TlsFiles usual(HomeLayout layout) {
    return TlsFiles.in(layout.settingsFile().resolveSibling("tls"));
  }

  TlsFiles files() {
    TlsFiles usual = usual(layout);
    return new TlsFiles(
        path(SettingKey.TLS_CA, usual.authorities()),
        path(SettingKey.TLS_CERTIFICATE, usual.certificate()),
        path(SettingKey.TLS_KEY, usual.key()));
  }

  Optional<TlsEndpoint> listen() {
    TlsAccess access =
        new TlsAccess(
            names(SettingKey.TLS_ACCESS),
            names(SettingKey.TLS_ACCESS_READ_ONLY),
            names(SettingKey.TLS_HOSTS));
    String text = values.apply(SettingKey.LISTEN);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (access.equals(TlsAccess.NOBODY)) {
      wrong.accept(
          SettingKey.LISTEN,
          "nobody would be served: name certificates by 'tls-access', such as CN=ops,O=Example");
    }
    try {
      return Optional.of(TlsEndpoint.of(new URI(text), files(), access));
    } catch (URISyntaxException | InvalidRequestException e) {
      wrong.accept(
          SettingKey.LISTEN,
          "expected an address such as tls://0.0.0.0:16520, found '" + text + "'");
      return Optional.empty();
    }
  }

  private TlsAccess.Names names(SettingKey key) {
    try {
      return TlsAccess.Names.parse(values.apply(key));
    } catch (InvalidRequestException e) {
      wrong.accept(
          key, "expected names such as 'CN=ops,O=Example; host.example': " + e.getMessage());
      return TlsAccess.NOBODY.full();
    }
  }

  private Path path(SettingKey key, Path usual) {
    String text = values.apply(key);
    if (text.isEmpty()) {
      return usual;
    }
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      wrong.accept(key, "expected an absolute path, found '" + text + "'");
    }
    return path;
  }
}
