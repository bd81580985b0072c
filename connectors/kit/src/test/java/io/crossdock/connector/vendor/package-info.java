/** Tests of the room of the same name. */
@NullMarked
package io.crossdock.connector.vendor;

import org.jspecify.annotations.NullMarked;
