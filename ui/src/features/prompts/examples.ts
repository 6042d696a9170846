// Three prompts that a writer can take as they are and change afterwards. Nobody gets them unasked.

import type { PromptVariable } from '@/generated/contract';
import type { Language } from '@/host/types';

/** A prompt to take. */
export interface Example {
  /** Its name. */
  name: string;
  /** What it is good for, in a sentence. */
  purpose: string;
  /** Its text, with its blanks. */
  text: string;
  /** What there is to say of the blanks. */
  variables: PromptVariable[];
}

const blank = (name: string, more: Partial<PromptVariable>): PromptVariable => ({ name, label: '', kind: 'short', choices: [], default: '', optional: false, ...more });

/** The examples, each in the writer's language. */
export const examples: Record<Language, readonly Example[]> = {
  en: [
    {
      name: 'Go on in my voice',
      purpose: 'A passage of yours, what happens next, and how far.',
      text: `Here is a passage of mine:

{{passage}}

Go on for {{length}}. What happens: {{what happens}}

Keep the tense, the distance of the narrator and the length of the sentences that you find there. Use nothing that the passage has not prepared. Give me the text alone, without a word before or after it.`,
      variables: [
        blank('passage', { kind: 'long', label: 'The passage so far' }),
        blank('length', { kind: 'choice', label: 'How far', choices: ['a paragraph', 'a page', 'three pages'], default: 'a page' }),
        blank('what happens', { kind: 'long', label: 'What happens next' }),
      ],
    },
    {
      name: 'Read it as my editor',
      purpose: 'Three places that matter, and the smallest change for each.',
      text: `Read this as an editor who likes it and has to say what is not ready yet:

{{passage}}

Look first at {{attention}}. Name the three places that matter most. For each, quote the words, say what they do to a reader, and propose the smallest change that would mend it. Leave everything else alone, and do not rewrite the passage.`,
      variables: [
        blank('passage', { kind: 'long', label: 'The passage' }),
        blank('attention', { kind: 'choice', label: 'What to look at first', choices: ['the pace', 'the voice', 'the dialogue', 'what the reader knows and when'], default: 'the pace' }),
      ],
    },
    {
      name: 'Names that fit',
      purpose: 'For a person, a town, a ship: with where each comes from.',
      text: `Propose {{how many}} names for {{who or what}}, in {{place and time}}. For each give the name, where it comes from, and in five words what it lets a reader expect. No two may begin with the same letter or sound alike.

Names that are taken already: {{taken}}`,
      variables: [
        blank('how many', { default: 'ten' }),
        blank('who or what', { label: 'For whom or what' }),
        blank('place and time', { label: 'Where and when the story happens' }),
        blank('taken', { label: 'Names that your story has already', optional: true, default: 'none' }),
      ],
    },
  ],
  id: [
    {
      name: 'Lanjutkan dengan suara saya',
      purpose: 'Sepenggal tulisan Anda, apa yang terjadi berikutnya, dan sejauh mana.',
      text: `Ini sepenggal tulisan saya:

{{penggalan}}

Lanjutkan sepanjang {{panjang}}. Yang terjadi: {{yang terjadi}}

Pertahankan kala, jarak narator, dan panjang kalimat seperti yang Anda temukan di sana. Jangan memakai apa pun yang belum disiapkan oleh penggalan itu. Berikan teksnya saja, tanpa kata pembuka atau penutup.`,
      variables: [
        blank('penggalan', { kind: 'long', label: 'Tulisan sampai di sini' }),
        blank('panjang', { kind: 'choice', label: 'Sejauh mana', choices: ['satu paragraf', 'satu halaman', 'tiga halaman'], default: 'satu halaman' }),
        blank('yang terjadi', { kind: 'long', label: 'Yang terjadi berikutnya' }),
      ],
    },
    {
      name: 'Baca sebagai editor saya',
      purpose: 'Tiga tempat yang penting, dan perubahan terkecil untuk masing-masing.',
      text: `Bacalah ini sebagai editor yang menyukainya dan harus mengatakan apa yang belum siap:

{{penggalan}}

Perhatikan lebih dulu {{perhatian}}. Sebutkan tiga tempat yang paling penting. Untuk setiap tempat, kutip kata-katanya, katakan apa akibatnya bagi pembaca, dan usulkan perubahan terkecil yang memperbaikinya. Biarkan yang lain, dan jangan menulis ulang penggalan itu.`,
      variables: [
        blank('penggalan', { kind: 'long', label: 'Penggalannya' }),
        blank('perhatian', { kind: 'choice', label: 'Yang diperhatikan lebih dulu', choices: ['lajunya', 'suaranya', 'dialognya', 'apa yang diketahui pembaca dan kapan'], default: 'lajunya' }),
      ],
    },
    {
      name: 'Nama yang cocok',
      purpose: 'Untuk orang, kota, atau kapal: beserta asal-usulnya.',
      text: `Usulkan {{berapa}} nama untuk {{siapa atau apa}}, di {{tempat dan masa}}. Untuk setiap nama tuliskan namanya, asal-usulnya, dan dalam lima kata apa yang akan disangka pembaca. Tidak boleh ada dua nama yang berawal huruf sama atau berbunyi mirip.

Nama yang sudah terpakai: {{terpakai}}`,
      variables: [
        blank('berapa', { default: 'sepuluh' }),
        blank('siapa atau apa', { label: 'Untuk siapa atau apa' }),
        blank('tempat dan masa', { label: 'Di mana dan kapan ceritanya terjadi' }),
        blank('terpakai', { label: 'Nama yang sudah ada dalam cerita Anda', optional: true, default: 'belum ada' }),
      ],
    },
  ],
};
