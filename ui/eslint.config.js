import vue from 'eslint-plugin-vue';
import ts from 'typescript-eslint';

// What the page may not do, held by lint: reach past the door, speak to the network, or place raw HTML.
const pastTheDoor = {
  group: ['@tauri-apps/*', '**/host/tauri', '**/host/tauri/*'],
  message: 'Only src/host/tauri may know Tauri, and only src/app/main.ts may know src/host/tauri. Ask the door.',
};

export default ts.config(
  { ignores: ['dist/**', 'src/generated/**', 'node_modules/**', 'tests/look/dist/**'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue', '**/*.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      'no-undef': 'off',
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [pastTheDoor] }],
      'no-restricted-globals': ['error', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'localStorage', 'sessionStorage'],
      'no-restricted-properties': ['error', { property: 'innerHTML', message: 'Use shared/markdown.ts, which cleans what it renders.' }],
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-static-inline-styles': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  { files: ['src/host/tauri/**', 'src/app/main.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['tests/**', '**/*.test.ts', 'checks/**'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-console': 'off' } },
);
