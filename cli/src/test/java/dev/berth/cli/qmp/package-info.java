/** Tests of QMP commands as they are typed. */
package dev.berth.cli.qmp;
