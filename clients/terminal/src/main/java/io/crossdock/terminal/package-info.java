/**
 * What the programs at a terminal share: the options that say which hub, exit codes, one trace per
 * command, answers as JSON, and failures in words that people understand.
 */
@NullMarked
package io.crossdock.terminal;

import org.jspecify.annotations.NullMarked;
