package io.agyn.proxy.body;

/**
 * A model or a stored object that a request body names.
 *
 * @param field {@link RequestField#MODEL}, for a batch, {@link RequestField#PREVIOUS_RESPONSE_ID} or {@link
 *     RequestField#CONVERSATION}
 * @param parameter the path of the field, such as {@code requests.17.params.model}
 * @param value the name or id
 */
public record Reference(RequestField field, String parameter, String value) {}
