/** The processes of a drill and the proxies between them. */
@NullMarked
package io.crossdock.drill.process;

import org.jspecify.annotations.NullMarked;
