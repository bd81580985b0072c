/** Tests of the room of the same name. */
@NullMarked
package io.crossdock.connector.service;

import org.jspecify.annotations.NullMarked;
