-- The store of a host of schema version 1, with a machine that runs. As written by that version.
CREATE CACHED TABLE "PUBLIC"."SCHEMA_HISTORY"(
    "VERSION" INTEGER NOT NULL,
    "SCRIPT" CHARACTER VARYING NOT NULL,
    "SHA256" CHARACTER VARYING NOT NULL,
    "APPLIED" TIMESTAMP(9) WITH TIME ZONE NOT NULL
);
ALTER TABLE "PUBLIC"."SCHEMA_HISTORY" ADD CONSTRAINT "PUBLIC"."CONSTRAINT_E" PRIMARY KEY("VERSION");
INSERT INTO "PUBLIC"."SCHEMA_HISTORY" VALUES
(1, 'V001__domains_and_events.sql', 'ad42923ab8a745388dc3cbd1d78f0634668594543528bb5b871028654425b97d', TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:04.371223258+00');
CREATE CACHED TABLE "PUBLIC"."META"(
    "HOST_ID" UUID NOT NULL,
    "COMMITS" BIGINT NOT NULL,
    "NEXT_SEQUENCE" BIGINT NOT NULL
);
INSERT INTO "PUBLIC"."META" VALUES
(UUID 'b08c4c06-e0b6-41bc-951b-fed4a86e00f7', 5, 5);
CREATE CACHED TABLE "PUBLIC"."DOMAINS"(
    "UUID" UUID NOT NULL,
    "NAME" CHARACTER VARYING(64) NOT NULL,
    "GENERATION" BIGINT NOT NULL,
    "REVISION" BIGINT NOT NULL,
    "DOCUMENT" CHARACTER VARYING NOT NULL,
    "STATE" CHARACTER VARYING(32) NOT NULL,
    "REASON" CHARACTER VARYING(64) NOT NULL,
    "DETAIL" CHARACTER VARYING,
    "SINCE" TIMESTAMP(9) WITH TIME ZONE NOT NULL
);
ALTER TABLE "PUBLIC"."DOMAINS" ADD CONSTRAINT "PUBLIC"."CONSTRAINT_9" PRIMARY KEY("UUID");
INSERT INTO "PUBLIC"."DOMAINS" VALUES
(UUID '2a7f889c-cb0d-4542-9010-7d2e3c06afeb', 'web-1', 10005, 1, '{"name":"web-1","uuid":"2a7f889c-cb0d-4542-9010-7d2e3c06afeb","labels":{"team":"shop"},"cpus":1,"memory":"64MiB","machine":"q35","accelerator":"auto","boot":{"firmware":"bios"},"disks":[],"nics":[{"name":"net0","network":"user","forwards":[]}],"console":{"log-limit":"1MiB"},"rng":true,"balloon":true,"agent":true}', 'running', 'booted', NULL, TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:06.487352322+00');
CREATE CACHED TABLE "PUBLIC"."LAUNCHES"(
    "DOMAIN" UUID NOT NULL,
    "INCARNATION" CHARACTER VARYING NOT NULL,
    "DOCUMENT" CHARACTER VARYING NOT NULL
);
ALTER TABLE "PUBLIC"."LAUNCHES" ADD CONSTRAINT "PUBLIC"."CONSTRAINT_D" PRIMARY KEY("DOMAIN");
INSERT INTO "PUBLIC"."LAUNCHES" VALUES
(UUID '2a7f889c-cb0d-4542-9010-7d2e3c06afeb', '0e7a65abef920083bb7837841b981dcd', '{"format":1,"subject":{"domain":"2a7f889c-cb0d-4542-9010-7d2e3c06afeb","name":"web-1","definitionRevision":1,"incarnation":"0e7a65abef920083bb7837841b981dcd"},"qemu":{"binary":"/usr/bin/qemu-system-x86_64","version":"7.2.22"},"hardware":{"machineType":"pc-q35-7.2","cpuModel":"max","cpus":1,"memoryBytes":67108864,"accelerator":"tcg","acceleratorReason":"there is no /dev/kvm"},"argv":["/usr/bin/qemu-system-x86_64","-S","-no-user-config","-nodefaults","-name","guest=web-1,debug-threads=on","-uuid","2a7f889c-cb0d-4542-9010-7d2e3c06afeb","-machine","pc-q35-7.2,usb=off,vmport=off,sata=off,smbus=off","-accel","tcg,tb-size=128","-cpu","max","-smp","cpus=1,sockets=1,cores=1,threads=1","-m","size=64M","-display","none","-sandbox","on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny","-msg","timestamp=on","-action","shutdown=pause,panic=pause","-pidfile","/run/berth/2a7f889c/0e7a65abef920083bb7837841b981dcd/pid","-chardev","socket,id=qmp,path=/run/berth/2a7f889c/0e7a65abef920083bb7837841b981dcd/qmp,server=on,wait=off","-qmp","chardev:qmp","-chardev","socket,id=console,path=/run/berth/2a7f889c/0e7a65abef920083bb7837841b981dcd/console,server=on,wait=off,logfile=/var/log/berth/2a7f889c-cb0d-4542-9010-7d2e3c06afeb/console.log,logappend=on","-device","isa-serial,chardev=console","-device","pvpanic,id=panic","-boot","menu=off,strict=on","-device","pcie-root-port,id=port1,bus=pcie.0,chassis=1,addr=0x1.0x0,multifunction=on","-device","pcie-root-port,id=port2,bus=pcie.0,chassis=2,addr=0x1.0x1","-device","pcie-root-port,id=port3,bus=pcie.0,chassis=3,addr=0x1.0x2","-device","pcie-root-port,id=port4,bus=pcie.0,chassis=4,addr=0x1.0x3","-device","pcie-root-port,id=port5,bus=pcie.0,chassis=5,addr=0x1.0x4","-device","pcie-root-port,id=port6,bus=pcie.0,chassis=6,addr=0x1.0x5","-device","pcie-root-port,id=port7,bus=pcie.0,chassis=7,addr=0x1.0x6","-device","pcie-root-port,id=port8,bus=pcie.0,chassis=8,addr=0x1.0x7"],"assembly":[{"execute":"netdev_add","arguments":{"type":"user","id":"net-net0"}},{"execute":"device_add","arguments":{"driver":"virtio-net-pci","id":"nic-net0","bus":"port1","addr":"0x0","netdev":"net-net0","mac":"52:54:00:ac:0c:f4","romfile":""}},{"execute":"object-add","arguments":{"qom-type":"rng-random","id":"rng-source","filename":"/dev/urandom"}},{"execute":"device_add","arguments":{"driver":"virtio-rng-pci","id":"rng","bus":"port2","addr":"0x0","rng":"rng-source"}},{"execute":"device_add","arguments":{"driver":"virtio-balloon-pci","id":"balloon","bus":"port3","addr":"0x0"}},{"execute":"device_add","arguments":{"driver":"virtio-serial-pci","id":"agent-bus","bus":"port4","addr":"0x0"}},{"execute":"chardev-add","arguments":{"id":"agent","backend":{"type":"socket","data":{"server":true,"wait":false,"addr":{"type":"unix","data":{"path":"/run/berth/2a7f889c/0e7a65abef920083bb7837841b981dcd/agent"}}}}}},{"execute":"device_add","arguments":{"driver":"virtserialport","id":"agent-port","bus":"agent-bus.0","chardev":"agent","name":"org.qemu.guest_agent.0"}}],"devices":[{"id":"nic-net0","kind":"nic","name":"net0","bus":"port1","nodes":[]},{"id":"rng","kind":"rng","name":"","bus":"port2","nodes":[]},{"id":"balloon","kind":"balloon","name":"","bus":"port3","nodes":[]},{"id":"agent-bus","kind":"agent-bus","name":"","bus":"port4","nodes":[]},{"id":"agent-port","kind":"agent","name":"","bus":"agent-bus.0","nodes":[]},{"id":"port5","kind":"spare-port","name":"","bus":"pcie.0","nodes":[]},{"id":"port6","kind":"spare-port","name":"","bus":"pcie.0","nodes":[]},{"id":"port7","kind":"spare-port","name":"","bus":"pcie.0","nodes":[]},{"id":"port8","kind":"spare-port","name":"","bus":"pcie.0","nodes":[]}],"files":{"runDirectory":"/run/berth/2a7f889c/0e7a65abef920083bb7837841b981dcd","logDirectory":"/var/log/berth/2a7f889c-cb0d-4542-9010-7d2e3c06afeb","consoleLogLimitBytes":1048576}}');
CREATE CACHED TABLE "PUBLIC"."INTENTS"(
    "DOMAIN" UUID NOT NULL,
    "VERB" CHARACTER VARYING NOT NULL,
    "DOCUMENT" CHARACTER VARYING NOT NULL,
    "ACTOR" CHARACTER VARYING NOT NULL,
    "SINCE" TIMESTAMP(9) WITH TIME ZONE NOT NULL
);
ALTER TABLE "PUBLIC"."INTENTS" ADD CONSTRAINT "PUBLIC"."CONSTRAINT_9F" PRIMARY KEY("DOMAIN");
CREATE CACHED TABLE "PUBLIC"."EVENTS"(
    "SEQUENCE" BIGINT NOT NULL,
    "TIME" TIMESTAMP(9) WITH TIME ZONE NOT NULL,
    "DOMAIN" UUID,
    "NAME" CHARACTER VARYING,
    "TYPE" CHARACTER VARYING NOT NULL,
    "ACTOR" CHARACTER VARYING NOT NULL,
    "ATTRIBUTES" CHARACTER VARYING NOT NULL
);
ALTER TABLE "PUBLIC"."EVENTS" ADD CONSTRAINT "PUBLIC"."CONSTRAINT_7" PRIMARY KEY("SEQUENCE");
INSERT INTO "PUBLIC"."EVENTS" VALUES
(1, TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:05.219861227+00', NULL, NULL, 'host.started', 'host', '{"version":"0.1.0-SNAPSHOT"}'),
(2, TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:05.547401214+00', UUID '2a7f889c-cb0d-4542-9010-7d2e3c06afeb', 'web-1', 'domain.defined', 'user:root', '{"revision":"1"}'),
(3, TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:06.180658957+00', UUID '2a7f889c-cb0d-4542-9010-7d2e3c06afeb', 'web-1', 'domain.state', 'user:root', '{"from":"shutoff","reason":"starting up","state":"paused"}'),
(4, TIMESTAMP WITH TIME ZONE '2026-11-20 22:14:06.487491508+00', UUID '2a7f889c-cb0d-4542-9010-7d2e3c06afeb', 'web-1', 'domain.state', 'user:root', '{"from":"paused","reason":"booted","state":"running"}');
ALTER TABLE "PUBLIC"."DOMAINS" ADD CONSTRAINT "PUBLIC"."DOMAINS_NAME" UNIQUE NULLS DISTINCT ("NAME");
ALTER TABLE "PUBLIC"."LAUNCHES" ADD CONSTRAINT "PUBLIC"."LAUNCHES_DOMAIN" FOREIGN KEY("DOMAIN") REFERENCES "PUBLIC"."DOMAINS"("UUID") ON DELETE CASCADE NOCHECK;
ALTER TABLE "PUBLIC"."INTENTS" ADD CONSTRAINT "PUBLIC"."INTENTS_DOMAIN" FOREIGN KEY("DOMAIN") REFERENCES "PUBLIC"."DOMAINS"("UUID") ON DELETE CASCADE NOCHECK;
