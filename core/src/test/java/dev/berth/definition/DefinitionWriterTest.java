package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DefinitionWriterTest {
  private static final int ROUNDS = 3000;

  @Test
  void whatIsWrittenAsJsonReadsBackAsAnEqualDefinition() {
    RandomDefinitions definitions = new RandomDefinitions(1);
    for (int i = 0; i < ROUNDS; i++) {
      DomainDefinition definition = definitions.next();
      String json = DefinitionWriter.json(definition);

      assertThat(Documents.read(json)).as(json).isEqualTo(definition);
      assertThat(DefinitionWriter.json(Documents.read(json))).isEqualTo(json);
    }
  }

  @Test
  void whatIsWrittenAsYamlReadsBackAsAnEqualDefinition() {
    RandomDefinitions definitions = new RandomDefinitions(2);
    for (int i = 0; i < ROUNDS; i++) {
      DomainDefinition definition = definitions.next();
      String yaml = DefinitionWriter.yaml(definition);

      assertThat(Documents.read(yaml)).as(yaml).isEqualTo(definition);
    }
  }

  @Test
  void jsonIsCanonical() {
    DomainDefinition definition =
        Documents.read(
            """
            labels: {b: "2", a: "1"}
            disks: [{format: raw, file: x.img, name: root}]
            uuid: 1B4E28BA-2FA1-11D2-883F-0016D3CCA427
            name: web-1
            """);

    assertThat(DefinitionWriter.json(definition))
        .isEqualTo(
            "{'name':'web-1','uuid':'1b4e28ba-2fa1-11d2-883f-0016d3cca427',"
                .concat("'labels':{'a':'1','b':'2'},'cpus':1,'memory':'512MiB','machine':'q35',")
                .concat("'accelerator':'auto','cpu-features':[],'memory-backing':{'kind':")
                .concat("'anonymous','shared':false,'preallocate':false},")
                .concat("'boot':{'firmware':'bios'},'disks':[{'name':'root',")
                .concat("'file':'/srv/vms/x.img','format':'raw','device':'disk',")
                .concat("'read-only':false,'bus':'virtio-blk','cache':'writeback',")
                .concat("'discard':'unmap'}],'nics':[],'console':{'log-limit':'1MiB'},")
                .concat(
                    "'rng':true,'balloon':true,'agent':true,'consoles':[],'channels':[],'pci-serials':[],'panic':'isa','shares':[],'autostart':false,")
                .concat("'restart':'never','shutdown-order':500}")
                .replace('\'', '"'));
  }

  @Test
  void yamlIsForPeople() {
    DomainDefinition definition =
        Documents.read(
            """
            name: web-1
            labels: {answer: "no", note: "a: b"}
            disks: [{format: raw, file: "a b.img", name: root}]
            nics: [{name: net0, forwards: [{host-port: 8080, guest-port: 80}]}]
            """);

    assertThat(DefinitionWriter.yaml(definition))
        .isEqualTo(
            """
            name: web-1
            labels:
              answer: "no"
              note: "a: b"
            cpus: 1
            memory: 512MiB
            machine: q35
            accelerator: auto
            cpu-features: []
            memory-backing:
              kind: anonymous
              shared: false
              preallocate: false
            boot:
              firmware: bios
            disks:
              - name: root
                file: "/srv/vms/a b.img"
                format: raw
                device: disk
                read-only: false
                bus: virtio-blk
                cache: writeback
                discard: unmap
            nics:
              - name: net0
                network: user
                forwards:
                  - protocol: tcp
                    host: "127.0.0.1"
                    host-port: 8080
                    guest-port: 80
            console:
              log-limit: 1MiB
            rng: true
            balloon: true
            agent: true
            consoles: []
            channels: []
            pci-serials: []
            panic: isa
            shares: []
            autostart: false
            restart: never
            shutdown-order: 500
            """);
  }
}
