/** Tests of the room of the same name. */
@NullMarked
package io.crossdock.connector.backend;

import org.jspecify.annotations.NullMarked;
