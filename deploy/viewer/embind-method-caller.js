// Takes the place of the function of this name in one of the package's decoders, see embind-invoker.js.
__emval_get_method_caller = (argCount, argTypes, kind) => {
  var types = emval_lookupTypes(argCount, argTypes);
  var returned = types.shift();
  return emval_addMethodCaller((object, method, destructorsRef, packed) => {
    var offset = 0;
    var args = types.map(type => {
      var arg = type.readValueFromPointer(packed + offset);
      offset += type.argPackAdvance;
      return arg;
    });
    var result = kind === 1 ? new method(...args) : kind === 0 ? method.call(object, ...args) : method.call(...args);
    return returned.isVoid ? undefined : emval_returnValue(returned, destructorsRef, result);
  });
}
