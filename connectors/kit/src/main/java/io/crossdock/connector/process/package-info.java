/** A connector as a process: its configuration, its server, its start and its graceful end. */
@NullMarked
package io.crossdock.connector.process;

import org.jspecify.annotations.NullMarked;
